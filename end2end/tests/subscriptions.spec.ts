import { expect, test } from "./site";
import { signUp } from "./people";

/** A plan from the first look to its end: what is paid and what is lost is said before it is done. */
test("subscribe, change, cancel, think again", async ({ page, hydrated, accessible }) => {
  await page.goto("/plans");
  await expect(page.getByRole("heading", { name: "Premium" })).toBeVisible();
  await accessible();
  await signUp(page, "Ruth Ames", `ruth-${Date.now()}-${hydrated ? "js" : "html"}@example.org`);

  await page.goto("/plans");
  await page.getByRole("link", { name: "Choose Premium" }).click();
  await expect(page.locator("main")).toContainText("You pay today");
  await expect(page.locator("main")).toContainText("$9.99");
  await accessible();
  await page.getByRole("button", { name: "Go on to payment" }).click();
  await expect(page).toHaveURL(/\/checkout\//);
  await expect(page.locator("main")).toContainText("Test payments");
  await expect(page.locator("main")).toContainText("$6.99");
  await page.getByRole("button", { name: "Pay $9.99" }).click();
  await expect(page).toHaveURL(/\/receipts\/\d+/);
  await expect(page.locator("main")).toContainText("Your subscription: Premium");
  await accessible();

  // The dearer plan, for what is left of the period.
  await page.goto("/plans");
  await page.getByRole("link", { name: "Choose Supporter" }).click();
  await expect(page.locator("main")).toContainText("Less what is left of Premium");
  await page.getByRole("button", { name: "Go on to payment" }).click();
  await expect(page).toHaveURL(/\/checkout\//);
  await page.getByRole("button", { name: "Pay $10.00" }).click();
  await expect(page).toHaveURL(/\/receipts\/\d+/);

  // Cancelled with its consequences said first, and taken back.
  await page.goto("/settings/subscription");
  await expect(page.getByRole("heading", { name: "Supporter" })).toBeVisible();
  await accessible();
  await page.getByRole("link", { name: "Cancel subscription" }).click();
  await expect(page.locator("main")).toContainText("Advertisements are shown again.");
  await expect(page.locator("main")).toContainText("Posts for supporters are closed to you.");
  await accessible();
  await page.getByRole("button", { name: "Yes, cancel it" }).click();
  await expect(page.locator("main")).toContainText("Nothing more is charged.");
  await page.getByRole("button", { name: "Keep my subscription" }).click();
  await expect(page.locator("main")).toContainText("It goes on as Supporter");
});
