import AxeBuilder from "@axe-core/playwright";
import { expect, type Page, test as base } from "@playwright/test";

/**
 * What axe finds on the page, a line for each rule. No page of ours has frames of other origins, so axe needs no second page to sum up in;
 * and nobody reads what it has to say of all that is right.
 */
export async function violations(page: Page): Promise<string[]> {
  const found = await new AxeBuilder({ page }).setLegacyMode(true).options({ resultTypes: ["violations"] }).analyze();
  return found.violations.map((violation) => `${violation.id}: ${violation.nodes.map((node) => node.html).join(" | ")}`);
}

/** What every spec has: a check for accessibility, and an eye on the console that fails the test at its end. */
export const test = base.extend<{ accessible: () => Promise<void>; quietConsole: void; hydrated: boolean }>({
  hydrated: async ({ javaScriptEnabled }, use) => {
    await use(javaScriptEnabled !== false);
  },
  // axe is a script itself, so it looks at pages with JavaScript on; the server sends the same HTML to both.
  accessible: async ({ page, hydrated }, use) => {
    await use(async () => {
      if (!hydrated) return;
      expect(await violations(page)).toEqual([]);
    });
  },
  quietConsole: [
    async ({ page }, use) => {
      const complaints: string[] = [];
      page.on("console", (message) => {
        // A page that is meant to be a 404 or a refusal is logged by the browser; what matters is policy and program errors.
        if (message.type() === "error" && !message.text().includes("Failed to load resource")) complaints.push(message.text());
      });
      page.on("pageerror", (error) => complaints.push(String(error)));
      await use();
      expect(complaints).toEqual([]);
    },
    { auto: true },
  ],
});

export { expect };
