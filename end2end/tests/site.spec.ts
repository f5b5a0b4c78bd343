import { logIn } from "./people";
import { expect, test } from "./site";

test("the front page is whole, without a violation of accessibility rules or of its own policy", async ({ page, accessible }) => {
  await page.goto("/");
  await expect(page.getByRole("heading", { level: 1 }).first()).toBeVisible();
  await accessible();
});

test("a page that is not there is a 404 that looks like the rest", async ({ page, accessible }) => {
  const response = await page.goto("/nowhere");
  expect(response?.status()).toBe(404);
  await expect(page.getByRole("heading", { level: 1, name: "We have no record of this" })).toBeVisible();
  await expect(page.getByRole("navigation").first()).toBeVisible();
  await accessible();
});

test("the site can be put on a home screen, and its links say what they lead to", async ({ page }) => {
  await page.goto("/");
  for (const [name, least] of [["title", 3], ["description", 20], ["url", 10], ["image", 10]] as const) {
    const content = await page.locator(`meta[property="og:${name}"]`).getAttribute("content");
    expect(content?.length ?? 0, `og:${name}`).toBeGreaterThanOrEqual(least);
  }
  const manifest = await page.locator('link[rel="manifest"]').getAttribute("href");
  const described = (await (await page.request.get(manifest!)).json()) as { name: string; icons: { src: string }[] };
  expect(described.name).toBe("Gifted Eternity");
  for (const path of ["/favicon.ico", "/favicon.svg", ...described.icons.map((icon) => icon.src)]) {
    expect((await page.request.get(path)).status(), path).toBe(200);
  }
});

test("what someone may not see is a 403 that looks like the rest", async ({ page, accessible }) => {
  await logIn(page, "listener@demo.eternity.test");
  const response = await page.goto("/admin");
  expect(response?.status()).toBe(403);
  await expect(page.getByRole("heading", { level: 1, name: "This page is for other eyes" })).toBeVisible();
  await expect(page.getByRole("navigation").first()).toBeVisible();
  await accessible();
});

test("what breaks, and a database that is away, are pages that look like the rest", async ({ page, accessible }) => {
  for (const [kind, status, title] of [["broken", 500, "Something broke on our side"], ["away", 503, "The database is away"]] as const) {
    const response = await page.goto(`/dev/errors/${kind}`);
    expect(response?.status()).toBe(status);
    await expect(page.getByRole("heading", { level: 1, name: title })).toBeVisible();
    await expect(page.getByRole("link", { name: "Try again" })).toBeVisible();
    await accessible();
  }
});
