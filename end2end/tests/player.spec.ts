import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Page } from "@playwright/test";
import { expect, test } from "./site";

/** The player is the browser's program: what it does, and what there is without it. */

/** Plays the charts from their start; waits until it sounds. */
async function playCharts(page: Page): Promise<string[]> {
  await page.goto("/charts");
  await page.locator("main").getByRole("button", { name: "Play all" }).click();
  await expect(page.locator(".player")).toBeVisible();
  // What has not begun yet has no length to seek in.
  await expect.poll(() => position(page)).toBeGreaterThan(0);
  return page.locator("main .track-row .track-title").allTextContents();
}

const sounding = (page: Page) => page.evaluate(() => !(document.querySelector("audio") as HTMLAudioElement).paused);
const position = (page: Page) => page.evaluate(() => (document.querySelector("audio") as HTMLAudioElement).currentTime);
const queue = (page: Page) => page.getByRole("dialog", { name: "Queue" });
const rows = (page: Page) => queue(page).locator(".queue-row .queue-row-title").allTextContents();

// Without JavaScript there is no queue; the next test says what there is.
test("the queue: played, arranged, and there again after a reload", { tag: "@program" }, async ({ page, accessible }) => {
  const titles = await playCharts(page);
  expect(titles.length).toBeGreaterThan(3);
  await expect(page.locator(".player .player-title")).toHaveText(titles[0]!);

  // It survives going to another page, and goes on.
  await page.getByRole("link", { name: "Genres" }).first().click();
  await expect(page.getByRole("heading", { level: 1, name: "Genres" })).toBeVisible();
  expect(await sounding(page)).toBe(true);

  // The demo's tracks are short: the rest is about the queue, not about what follows by itself.
  await page.locator(".player").getByRole("button", { name: "Pause", exact: true }).click();
  const current = (await page.locator(".player .player-title").innerText()).trim();

  await page.getByRole("button", { name: "Open the queue" }).click();
  await expect(queue(page)).toBeVisible();
  await expect.poll(() => rows(page)).toEqual(titles);
  await accessible();
  await queue(page).getByRole("button", { name: `Move ${titles[2]} up` }).click();
  await expect.poll(async () => (await rows(page)).slice(0, 3)).toEqual([titles[0], titles[2], titles[1]]);
  await queue(page).getByRole("button", { name: `Remove ${titles[1]} from the queue` }).click();
  await expect.poll(async () => (await rows(page)).length).toBe(titles.length - 1);
  const arranged = await rows(page);

  // Shuffling and taking it back loses nothing.
  await queue(page).getByRole("button", { name: "Shuffle" }).click();
  expect([...(await rows(page))].sort()).toEqual([...arranged].sort());
  await queue(page).getByRole("button", { name: "Shuffle" }).click();
  await expect.poll(() => rows(page)).toEqual(arranged);

  await page.reload();
  await expect(page.locator(".player .player-title")).toHaveText(current);
  await page.getByRole("button", { name: "Open the queue" }).click();
  expect(await rows(page)).toEqual(arranged);
  await queue(page).getByRole("button", { name: "Clear" }).click();
  await expect.poll(() => rows(page)).toEqual([current]);
});

test("play next and add to the queue, from the menu of a track", async ({ page, hydrated }) => {
  await page.goto("/charts");
  const row = page.locator("main .track-row").nth(2);
  const title = (await row.locator(".track-title").innerText()).trim();
  await row.getByLabel(`More for ${title}`).click();
  await expect(row.getByRole("link", { name: /playlist/i })).toBeVisible();
  if (!hydrated) {
    // What needs the program is not offered.
    await expect(row.getByRole("button", { name: "Play next" })).toBeHidden();
    return;
  }
  await row.getByRole("button", { name: "Add to queue" }).click();
  await expect(page.getByRole("status")).toContainText(`${title} is in the queue.`);
  await expect(page.locator(".player .player-title")).toHaveText(title);
});

// Keys are the program's.
test("keys, and the sheet that tells them", { tag: "@program" }, async ({ page, accessible }) => {
  const titles = await playCharts(page);
  await page.locator("body").click({ position: { x: 5, y: 300 } });
  await page.keyboard.press("k");
  await expect.poll(() => sounding(page)).toBe(false);
  await page.keyboard.press("k");
  await expect.poll(() => sounding(page)).toBe(true);
  await page.keyboard.press("n");
  await expect(page.locator(".player .player-title")).toHaveText(titles[1]!);
  await page.keyboard.press("5");
  await expect.poll(() => position(page)).toBeGreaterThan(2);
  await page.keyboard.press("m");
  await expect.poll(() => page.evaluate(() => (document.querySelector("audio") as HTMLAudioElement).muted)).toBe(true);
  await page.keyboard.press(">");
  await expect.poll(() => page.evaluate(() => (document.querySelector("audio") as HTMLAudioElement).playbackRate)).toBe(1.25);
  // Before the next one follows by itself.
  await page.keyboard.press("k");
  await expect.poll(() => sounding(page)).toBe(false);
  const current = (await page.locator(".player .player-title").innerText()).trim();
  await page.keyboard.press("q");
  await expect(queue(page)).toBeVisible();
  await page.keyboard.press("q");
  await expect(queue(page)).toBeHidden();
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog", { name: "Keyboard shortcuts" })).toBeVisible();
  await accessible();
  await page.keyboard.press("Escape");
  // Typing commands nothing.
  await page.getByRole("searchbox").first().fill("");
  await page.getByRole("searchbox").first().pressSequentially("kmn");
  await expect(page.getByRole("searchbox").first()).toHaveValue("kmn");
  await expect(page.locator(".player .player-title")).toHaveText(current);
});

// One track is played at a time.
test("the next track follows by itself, and a broken one is told and passed", { tag: "@program" }, async ({ page }) => {
  // The third sound that is asked for is broken; the player asks for the next one ahead.
  const asked: string[] = [];
  await page.route("**/media/**", (route) => {
    if (route.request().resourceType() !== "media") return route.continue();
    const { pathname } = new URL(route.request().url());
    if (!asked.includes(pathname)) asked.push(pathname);
    return asked.indexOf(pathname) === 2 ? route.fulfill({ status: 404 }) : route.continue();
  });
  const titles = await playCharts(page);
  await page.evaluate(() => {
    const audio = document.querySelector("audio") as HTMLAudioElement;
    audio.currentTime = Math.max(0, audio.duration - 0.4);
  });
  await expect(page.locator(".player .player-title")).toHaveText(titles[1]!, { timeout: 15_000 });
  await expect.poll(() => sounding(page)).toBe(true);

  await page.getByRole("button", { name: "Next track" }).first().click();
  await expect(page.getByRole("status")).toContainText(`${titles[2]} can't be played`);
  await expect(page.locator(".player .player-title")).toHaveText(titles[3]!, { timeout: 15_000 });
  await expect.poll(() => sounding(page)).toBe(true);
});

// The timer is the program's.
test("the sleep timer pauses the music", { tag: "@program" }, async ({ page }) => {
  await page.clock.install();
  await playCharts(page);
  await page.getByRole("button", { name: "Open the queue" }).click();
  await queue(page).getByLabel("Sleep timer").selectOption("5");
  await page.clock.fastForward("04:50");
  expect(await sounding(page)).toBe(true);
  await page.clock.fastForward("00:15");
  await expect.poll(() => sounding(page)).toBe(false);
  await expect(page.getByRole("status")).toContainText("The sleep timer paused the music.");
});

test("without JavaScript a track has the browser's own player", async ({ page, hydrated }) => {
  await page.goto("/charts");
  await page.locator("main .track-row .track-title a").first().click();
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await expect(page.locator("audio[controls]")).toHaveCount(hydrated ? 0 : 1);
  if (!hydrated) {
    expect(await page.locator("audio[controls]").getAttribute("src")).toMatch(/^\/media\/audio\/\d+$/);
    await expect(page.getByLabel("Code for your own site")).toHaveValue(/<iframe /);
  }
});

test("a small player works within another site's page", async ({ page, hydrated, baseURL }) => {
  await page.goto("/charts");
  const track = (await page.locator("main .track-row .track-title a").first().getAttribute("href"))!.match(/\d+/)![0];
  const foreign = createServer((_, response) => {
    response.setHeader("content-type", "text/html");
    response.end(`<!doctype html><title>Elsewhere</title><iframe title="player" width="600" height="400" src="${baseURL}/embed/tracks/${track}?theme=dark" allow="autoplay"></iframe>`);
  });
  await new Promise<void>((resolve) => foreign.listen(0, "127.0.0.1", resolve));
  const elsewhere = `http://localhost:${(foreign.address() as AddressInfo).port}`;
  try {
    await page.goto(elsewhere);
    const player = page.frameLocator("iframe");
    await expect(player.getByRole("heading", { level: 1 })).toBeVisible();
    if (hydrated) {
      const started = page.waitForResponse((response) => response.url().includes("/api/plays/start"));
      await player.getByRole("button", { name: "Play", exact: true }).click();
      expect((await started).request().postData()).toContain("source=embed");
      await expect(player.getByRole("button", { name: "Pause", exact: true })).toBeVisible();
    } else {
      // A frame of another process keeps its scripts when the test's page has none, so the player is opened by itself.
      await page.goto(`/embed/tracks/${track}`);
      await expect(page.locator("audio[controls]")).toBeVisible();
    }
  } finally {
    foreign.closeAllConnections();
    foreign.close();
  }
});
