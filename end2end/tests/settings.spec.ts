import { expect, test } from "./site";
import { linkInMail, logIn, PASSWORD, signUp } from "./people";

/** An account from its first change to its end, in two browsers of one person. */
test("name, e-mail, password, sessions, and closing an account", async ({ browser, hydrated, accessible, page }, info) => {
  test.setTimeout(120_000);
  const mark = `${Date.now()}-${hydrated ? "js" : "html"}`;
  const before = `grace-${mark}@example.org`;
  const after = `hopper-${mark}@example.org`;
  const elsewhere = await (await browser.newContext({ baseURL: info.project.use.baseURL, javaScriptEnabled: hydrated })).newPage();
  await signUp(page, "Grace", before);
  await logIn(elsewhere, before);

  await test.step("a name", async () => {
    await page.goto("/settings");
    await page.getByLabel("Name", { exact: true }).fill("Grace H.");
    await page.getByRole("button", { name: "Save" }).click();
    await expect(page.getByText("Your profile is saved.")).toBeVisible();
    await page.reload();
    await expect(page.getByLabel("Name", { exact: true })).toHaveValue("Grace H.");
  });

  await test.step("an e-mail: a wrong password is told at its field and the address stays; a mail confirms it", async () => {
    await page.getByLabel("New e-mail").fill(after);
    await page.getByLabel("Your password").fill("not the password");
    await page.getByRole("button", { name: "Change e-mail" }).click();
    await expect(page.getByLabel("Your password")).toHaveAccessibleDescription(/This is not your password/);
    await expect(page.getByLabel("New e-mail")).toHaveValue(after);
    await accessible();
    await page.getByLabel("Your password").fill(PASSWORD);
    await page.getByRole("button", { name: "Change e-mail" }).click();
    await expect(page.getByText(`We sent a mail to ${after}`).first()).toBeVisible();
    await page.goto(await linkInMail(page.request, after, "/verify-email/"));
    await page.getByRole("button", { name: "Yes, it is mine" }).click();
    await expect(page.getByText("Your new e-mail is confirmed.")).toBeVisible();
    await page.goto("/settings");
    await expect(page.getByText(`Your e-mail is ${after}.`)).toBeVisible();
  });

  const another = "another song entirely";
  await test.step("a password: a short one is told at its field; a new one ends the other browser's session", async () => {
    await page.getByLabel("Current password").fill(PASSWORD);
    await page.getByLabel("New password").fill("short");
    await page.getByRole("button", { name: "Change password" }).click();
    await expect(page.getByLabel("New password")).toHaveAccessibleDescription(/Use 10 characters or more/);
    await page.getByLabel("Current password").fill(PASSWORD);
    await page.getByLabel("New password").fill(another);
    await page.getByRole("button", { name: "Change password" }).click();
    await expect(page.getByText("Your password is changed, and other sessions are ended.")).toBeVisible();
    await elsewhere.goto("/settings");
    await expect(elsewhere).toHaveURL(/\/log-in/);
  });

  await test.step("a session somewhere else is seen and ended", async () => {
    await logIn(elsewhere, after, another);
    await page.goto("/settings");
    await page.getByRole("button", { name: /^End the session of / }).click();
    await expect(page.getByText("The session is ended.")).toBeVisible();
    await expect(page.getByRole("button", { name: /^End the session of / })).toHaveCount(0);
    await elsewhere.goto("/settings");
    await expect(elsewhere).toHaveURL(/\/log-in/);
  });

  await test.step("the account is closed, and nobody gets in by it", async () => {
    await page.goto("/settings/close");
    await accessible();
    await page.getByLabel("Your password").fill("not the password");
    await page.getByRole("button", { name: "Delete my account" }).click();
    await expect(page.getByLabel("Your password")).toHaveAccessibleDescription(/This is not your password/);
    await page.getByLabel("Your password").fill(another);
    await page.getByRole("button", { name: "Delete my account" }).click();
    await expect(page.getByText("Your account is deleted.")).toBeVisible();
    await elsewhere.goto("/log-in");
    await elsewhere.getByLabel("E-mail", { exact: true }).fill(after);
    await elsewhere.getByLabel("Password", { exact: true }).fill(another);
    await elsewhere.locator("main").getByRole("button", { name: "Log in" }).click();
    await expect(elsewhere.getByText("E-mail and password don't fit together")).toBeVisible();
  });
});
