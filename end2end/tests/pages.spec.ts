import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser, BrowserContext, Page } from "@playwright/test";
import { expect, test, violations } from "./site";
import { linkInMail, logIn } from "./people";

/**
 * Every page of the site, as somebody who may see it. `src/app.rs` is the list: a page that has no line here fails.
 * A page whose address has an id is found as people find it, by a link on another page, or by a step of its own.
 */
type Who = "visitor" | "listener" | "artist" | "admin";
type Find = { on: string; link: RegExp } | ((page: Page) => Promise<string>);
type Visit = { who: Who; find?: Find };

const track: Find = { on: "/charts", link: /^\/tracks\/\d+/ };
const artist: Find = { on: "/search?q=a", link: /^\/artists\/\d+/ };
const adminAlbum = { on: "/admin/albums", link: /^\/admin\/albums\/\d+/ };
const playlist = { on: "/library", link: /^\/playlists\/\d+/ };
const part = (whole: Find, change: (path: string) => string): Find => async (page) => change(await address(page, whole));
const id = (path: string) => path.match(/\d+/)![0];

/** Opens a checkout, as a tip does. */
async function checkout(page: Page): Promise<string> {
  await page.goto(`/tip/tracks/${id(await address(page, track))}`);
  await page.getByRole("button", { name: "Go on to payment" }).click();
  await expect(page).toHaveURL(/\/checkout\//);
  return new URL(page.url()).pathname;
}

async function receipt(page: Page): Promise<string> {
  await page.goto(await checkout(page));
  await page.getByRole("button", { name: /^Pay / }).click();
  await expect(page).toHaveURL(/\/receipts\/\d+/);
  return new URL(page.url()).pathname;
}

async function resetLink(page: Page): Promise<string> {
  await page.goto("/forgotten-password");
  await page.getByLabel("E-mail", { exact: true }).fill("listener@demo.eternity.test");
  await page.locator("main").getByRole("button").first().click();
  await expect(page).toHaveURL(/\/forgotten-password\/sent/);
  return new URL(await linkInMail(page.request, "listener@demo.eternity.test", "/reset-password/")).pathname;
}

const visits: Record<string, Visit> = {
  "/": { who: "visitor" },
  "/search": { who: "visitor", find: async () => "/search?q=night" },
  "/charts": { who: "visitor" },
  "/genres": { who: "visitor" },
  "/genres/:genre": { who: "visitor", find: { on: "/genres", link: /^\/genres\/./ } },
  "/albums": { who: "visitor" },
  "/albums/:id": { who: "visitor", find: { on: "/albums", link: /^\/albums\/\d+/ } },
  "/songs/:id": { who: "listener", find: { on: "/search?q=a", link: /^\/songs\/\d+/ } },
  "/mixes": { who: "visitor" },
  "/mixes/:id": { who: "visitor", find: { on: "/mixes", link: /^\/mixes\/\d+/ } },
  "/posts": { who: "visitor" },
  "/posts/:id": { who: "visitor", find: { on: "/posts", link: /^\/posts\/\d+/ } },
  "/artists/:id": { who: "listener", find: artist },
  "/tracks/:id": { who: "listener", find: track },
  "/embed/tracks/:id": { who: "visitor", find: part(track, (path) => `/embed/tracks/${id(path)}`) },
  "/embed/playlists/:id": { who: "visitor", find: part({ on: "/", link: playlist.link }, (path) => `/embed/playlists/${id(path)}`) },
  "/sign-up": { who: "visitor" },
  "/sign-up/sent": { who: "visitor" },
  "/log-in": { who: "visitor" },
  "/forgotten-password": { who: "visitor" },
  "/forgotten-password/sent": { who: "visitor" },
  "/reset-password/:token": { who: "visitor", find: resetLink },
  "/verify-email/:token": { who: "visitor", find: async () => "/verify-email/worn-out" },
  "/library": { who: "listener" },
  "/library/history": { who: "listener" },
  "/library/spent": { who: "listener" },
  "/library/:shelf": { who: "listener", find: async () => "/library/liked" },
  "/library/purchases": { who: "listener" },
  "/buy/:kind/:id": { who: "listener", find: part({ on: "/albums", link: /^\/albums\/\d+/ }, (path) => `/buy/albums/${id(path)}`) },
  "/playlists/new": { who: "listener" },
  "/playlists/add": { who: "listener", find: part(track, (path) => `/playlists/add?track=${id(path)}`) },
  "/playlists/:id": { who: "listener", find: playlist },
  "/playlists/:id/edit": { who: "listener", find: part(playlist, (path) => `/playlists/${id(path)}/edit`) },
  "/playlists/:id/share": { who: "listener", find: part(playlist, (path) => `/playlists/${id(path)}/share`) },
  "/notifications": { who: "artist" },
  "/settings": { who: "listener" },
  "/settings/close": { who: "listener" },
  "/log-out": { who: "listener" },
  "/tip/artists/:id": { who: "listener", find: part(artist, (path) => `/tip/artists/${id(path)}`) },
  "/tip/tracks/:id": { who: "listener", find: part(track, (path) => `/tip/tracks/${id(path)}`) },
  "/gift": { who: "visitor" },
  "/plans": { who: "visitor" },
  "/plans/:id": { who: "artist", find: { on: "/plans", link: /^\/plans\/\d+/ } },
  "/settings/subscription": { who: "listener" },
  "/settings/subscription/cancel": { who: "listener" },
  "/checkout/:id": { who: "listener", find: checkout },
  "/receipts": { who: "listener" },
  "/receipts/:payment": { who: "listener", find: receipt },
  "/studio": { who: "artist" },
  "/studio/new": { who: "listener" },
  "/studio/profile": { who: "artist" },
  "/studio/plays": { who: "artist" },
  "/studio/uploads": { who: "artist" },
  "/studio/uploads/new": { who: "artist" },
  "/studio/uploads/:id": { who: "artist", find: { on: "/studio/uploads", link: /^\/studio\/uploads\/\d+/ } },
  "/studio/tips": { who: "artist" },
  "/studio/tips/:id": { who: "artist", find: { on: "/studio/tips", link: /^\/studio\/tips\/\d+/ } },
  "/studio/earnings": { who: "artist" },
  "/studio/earnings/:month": { who: "artist", find: { on: "/studio/earnings", link: /^\/studio\/earnings\/\d+-\d+/ } },
  "/studio/royalties": { who: "artist" },
  "/studio/royalties/:id": { who: "artist", find: { on: "/studio/royalties", link: /^\/studio\/royalties\/\d+/ } },
  "/studio/payouts": { who: "artist" },
  "/studio/payouts/:id": { who: "artist", find: { on: "/studio/payouts", link: /^\/studio\/payouts\/\d+/ } },
  "/admin": { who: "admin" },
  "/admin/jobs": { who: "admin" },
  "/admin/disputes": { who: "admin" },
  "/admin/payments": { who: "admin" },
  "/admin/payments/:id": { who: "admin", find: { on: "/admin/payments", link: /^\/admin\/payments\/\d+/ } },
  "/admin/payouts": { who: "admin" },
  "/admin/payouts/:id": { who: "admin", find: { on: "/admin/payouts?status=all", link: /^\/admin\/payouts\/\d+/ } },
  "/admin/albums": { who: "admin" },
  "/admin/albums/new": { who: "admin" },
  "/admin/albums/:id": { who: "admin", find: adminAlbum },
  "/admin/songs/new": { who: "admin" },
  "/admin/songs/:id": { who: "admin", find: async (page) => address(page, { on: await address(page, adminAlbum), link: /^\/admin\/songs\/\d+/ }) },
  "/admin/royalties": { who: "admin" },
  "/admin/ads": { who: "admin" },
  "/admin/ads/new": { who: "admin" },
  "/admin/ads/:id": { who: "admin", find: { on: "/admin/ads", link: /^\/admin\/ads\/\d+/ } },
  "/admin/posts": { who: "admin" },
  "/admin/posts/new": { who: "admin" },
  "/admin/posts/:id": { who: "admin", find: { on: "/admin/posts", link: /^\/admin\/posts\/\d+/ } },
  "/dev/mailbox": { who: "visitor" },
  "/dev/mailbox/:id": { who: "visitor", find: { on: "/dev/mailbox", link: /^\/dev\/mailbox\/./ } },
  "/dev/ui": { who: "visitor" },
};

/** The path to look at: itself, or what a link or a step gives. */
async function address(page: Page, find: Find): Promise<string> {
  if (typeof find === "function") return find(page);
  await page.goto(find.on);
  const paths = await page.locator("main a[href]").evaluateAll((links) => links.map((link) => link.getAttribute("href")!));
  const path = paths.find((path) => find.link.test(path));
  expect(path, `a link like ${find.link} on ${find.on}`).toBeTruthy();
  return path!;
}

/** The screens that pages are made for: a phone in the dark, a desk in the light. */
const screens = [
  { width: 390, height: 844, colorScheme: "dark" },
  { width: 1280, height: 800, colorScheme: "light" },
] as const;

// Pages are only looked at here: any number at once.
test.describe.configure({ mode: "parallel" });

test("every page of the site is in the list", () => {
  const source = readFileSync(join(import.meta.dirname, "..", "..", "src", "app.rs"), "utf8");
  const routes = [...source.matchAll(/path!\("([^"]+)"\)/g)].map((found) => found[1]!);
  expect(Object.keys(visits).sort()).toEqual(routes.sort());
});

/** Signed in once for all pages of one kind of person. */
const signedIn = new Map<string, Promise<BrowserContext>>();

async function as(who: Who, browser: Browser, options: { baseURL?: string; javaScriptEnabled: boolean }): Promise<BrowserContext> {
  const key = `${who} ${options.javaScriptEnabled}`;
  if (!signedIn.has(key)) {
    const opened = browser.newContext(options).then(async (context) => {
      if (who !== "visitor") {
        const page = await context.newPage();
        await logIn(page, `${who}@demo.eternity.test`);
        await page.close();
      }
      return context;
    });
    signedIn.set(key, opened);
  }
  return signedIn.get(key)!;
}

for (const [route, visit] of Object.entries(visits)) {
  test(`${route}: whole, accessible, and fits its screen`, async ({ browser, hydrated }, info) => {
    const context = await as(visit.who, browser, { baseURL: info.project.use.baseURL, javaScriptEnabled: hydrated });
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on("console", (message) => {
      if (message.type() === "error" && !message.text().includes("Failed to load resource")) complaints.push(message.text());
    });
    page.on("pageerror", (error) => complaints.push(String(error)));
    const path = visit.find ? await address(page, visit.find) : route;
    // Without motion a change of colours arrives at once, and is judged where it arrives.
    await page.emulateMedia({ reducedMotion: "reduce" });
    const response = await page.goto(path);
    expect(response?.status()).toBe(200);
    await expect(page.locator("h1").first()).toBeVisible();
    await expect(page).toHaveTitle(/\S/);
    for (const { colorScheme, ...size } of screens) {
      await page.setViewportSize(size);
      await page.emulateMedia({ colorScheme });
      if (hydrated) expect(await violations(page)).toEqual([]);
      const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      expect(over, `pixels wider than a screen of ${size.width}`).toBeLessThanOrEqual(0);
      if (process.env.SHOTS) {
        const name = route.replaceAll("/", "_").replaceAll(":", "");
        await page.screenshot({ path: join(process.env.SHOTS, `${name}-${size.width}-${colorScheme}.png`), fullPage: true });
      }
    }
    expect(complaints).toEqual([]);
    await page.close();
  });
}
