import { expect, test } from "./site";

test("the front page is whole, without a violation of accessibility rules or of its own policy", async ({ page, accessible }) => {
  await page.goto("/");
  await expect(page.getByRole("heading", { level: 1 }).first()).toBeVisible();
  await accessible();
});

test("a page that is not there is a 404 that looks like the rest", async ({ page }) => {
  const response = await page.goto("/nowhere");
  expect(response?.status()).toBe(404);
  await expect(page.getByRole("heading", { level: 1, name: "We have no record of this" })).toBeVisible();
  await expect(page.getByRole("navigation").first()).toBeVisible();
});
