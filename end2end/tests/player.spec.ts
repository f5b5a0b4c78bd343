import { execFileSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { newArtist } from "./people";
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
  // The third track that is asked for has no sound; the player asks for the next one ahead.
  const asked: string[] = [];
  const sounds = (url: URL) => url.pathname === "/api/player/joined" || url.pathname.startsWith("/media/audio/");
  await page.route(sounds, (route) => {
    const url = new URL(route.request().url());
    const track = url.searchParams.get("track") ?? url.pathname.split("/").at(-1)!;
    if (!asked.includes(track)) asked.push(track);
    return asked.indexOf(track) === 2 ? route.fulfill({ status: 404, json: "NotFound" }) : route.continue();
  });
  const titles = await playCharts(page);
  await page.locator(".player").getByRole("slider", { name: "Place in the track" }).press("End");
  await expect(page.locator(".player .player-title")).toHaveText(titles[1]!, { timeout: 15_000 });
  await expect.poll(() => sounding(page)).toBe(true);

  await page.getByRole("button", { name: "Next track" }).first().click();
  await expect(page.getByRole("status")).toContainText(`${titles[2]} can't be played`);
  await expect(page.locator(".player .player-title")).toHaveText(titles[3]!, { timeout: 15_000 });
  await expect.poll(() => sounding(page)).toBe(true);
});

test.describe("what reaches the loudspeaker", () => {
  // What records it is a script of the test's own.
  test.use({ bypassCSP: true });
  test("two tracks are joined without a sample between", { tag: "@program" }, async ({ page, hydrated }) => {
    // Five seconds that never repeat, cut in two between samples of no round number.
    const music = Float32Array.from({ length: 5 * RATE + 777 }, (_, sample) => 0.5 * Math.sin(2 * Math.PI * (200 + (220 * sample) / RATE) * (sample / RATE)));
    const cut = 2.5 * RATE + 123;
    await newArtist(page, "Joined", hydrated);
    await page.getByLabel("Audio files").setInputFiles([wave("one.wav", music.subarray(0, cut)), wave("two.wav", music.subarray(cut))]);
    const tracks: string[] = [];
    for (const name of ["one.wav", "two.wav"]) {
      const link = page.getByRole("link", { name: `Open the draft of ${name}` });
      await expect(link).toBeVisible({ timeout: 20_000 });
      tracks.push((await link.getAttribute("href"))!.match(/\d+/)![0]);
    }
    for (const track of tracks) {
      await expect.poll(async () => (await page.request.get(`/api/player/joined?track=${track}`)).status(), { timeout: 30_000 }).toBe(200);
      await page.goto(`/tracks/${track}`);
      await page.locator("main").getByLabel(/^More for/).first().click();
      await page.locator("main").getByRole("button", { name: "Add to queue" }).first().click();
    }
    // Before the first sound the element's output goes to a recorder.
    await page.evaluate(async (sampleRate) => {
      const context = new AudioContext({ sampleRate });
      const code = `registerProcessor("recorder", class extends AudioWorkletProcessor {
        process(inputs) { if (inputs[0][0]) this.port.postMessage(inputs[0][0].slice()); return true; } });`;
      await context.audioWorklet.addModule(URL.createObjectURL(new Blob([code], { type: "text/javascript" })));
      const recorder = new AudioWorkletNode(context, "recorder");
      const heard: Float32Array[] = [];
      recorder.port.onmessage = (message) => heard.push(message.data);
      context.createMediaElementSource(document.querySelector("audio")!).connect(recorder).connect(context.destination);
      Object.assign(window, { heard });
    }, RATE);
    await page.locator(".player").getByRole("button", { name: "Play", exact: true }).click();
    await expect.poll(() => position(page)).toBeGreaterThan(0);
    await expect(page.locator(".player .player-title")).toHaveText("one");
    await expect(page.locator(".player .player-title")).toHaveText("two", { timeout: 20_000 });
    // The second one ends by itself.
    await expect.poll(() => sounding(page), { timeout: 20_000 }).toBe(false);
    const heard = Float32Array.from(await page.evaluate(() => (window as unknown as { heard: Float32Array[] }).heard.flatMap((block) => [...block])));
    // A stretch of the first track and one of the second are as far from each other as they were: nothing was put between, nothing was lost.
    const [before, after] = [cut - RATE, cut + RATE].map((place) => best(heard, music, place) - place) as [number, number];
    expect(after).toBe(before);
    // And what was heard at the join itself, and a tenth of a second from there on, is the music.
    const energy = (list: Float32Array) => list.reduce((sum, value) => sum + value * value, 0);
    for (const [from, to] of [[cut - 240, cut + 240], [cut, cut + 4_800]] as const) {
      const [wanted, found] = [music.subarray(from, to), heard.subarray(from + before, to + before)];
      expect(energy(wanted.map((value, index) => value - found[index]!)) / energy(wanted), `from sample ${from} on`).toBeLessThan(0.01);
    }
  });
});

/** Samples a second of what these tests hear. */
const RATE = 48_000;

/** A WAV file of a sound, in 16 bits. */
function wave(name: string, sound: Float32Array): string {
  const path = join(mkdtempSync(join(tmpdir(), "eternity-audio-")), name);
  const raw = Buffer.from(Int16Array.from(sound, (value) => Math.round(value * 32_767)).buffer);
  execFileSync("ffmpeg", ["-v", "error", "-f", "s16le", "-ar", `${RATE}`, "-ac", "1", "-i", "-", "-af", "pan=stereo|c0=c0|c1=c0", path], { input: raw });
  return path;
}

/** Where what was heard is most like a stretch of the music. */
function best(heard: Float32Array, music: Float32Array, place: number): number {
  const wanted = music.subarray(place, place + 4_096);
  const likeness = (at: number, step: number) => {
    let [product, energy] = [0, 1e-9];
    for (let index = 0; index < wanted.length; index += step) {
      product += wanted[index]! * heard[at + index]!;
      energy += heard[at + index]! ** 2;
    }
    return product * Math.sqrt(step / energy);
  };
  let found = { at: 0, likeness: 0 };
  for (let at = 0; at < heard.length - wanted.length; at++) {
    // A short look at every place, a long one at those that may be it.
    if (likeness(at, 8) < 0.9 * found.likeness) continue;
    const exact = likeness(at, 1);
    if (exact > found.likeness) found = { at, likeness: exact };
  }
  return found.at;
}

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

// So is its other form.
test("the music ends with the track when it is asked to", { tag: "@program" }, async ({ page }) => {
  const titles = await playCharts(page);
  await page.getByRole("button", { name: "Open the queue" }).click();
  await queue(page).getByLabel("Sleep timer").selectOption("When this track ends");
  await page.keyboard.press("q");
  await page.locator(".player").getByRole("slider", { name: "Place in the track" }).press("End");
  await expect(page.getByRole("status")).toContainText("The sleep timer paused the music.");
  expect(await sounding(page)).toBe(false);
  await expect(page.locator(".player .player-title")).toHaveText(titles[0]!);
  // Once: the next time it goes on.
  await page.getByRole("button", { name: "Next track" }).first().click();
  await expect(page.locator(".player .player-title")).toHaveText(titles[1]!);
  await expect.poll(() => sounding(page)).toBe(true);
});

// Lock screens and headphones talk to the program.
test("the lock screen shows the track, and its buttons work", { tag: "@program" }, async ({ page }) => {
  await page.addInitScript(() => {
    const session = navigator.mediaSession;
    const handlers: Record<string, (details: object) => void> = {};
    session.setActionHandler = (action, handler) => void (handlers[action] = handler as never);
    session.setPositionState = (state) => Object.assign(window, { place: state });
    Object.assign(window, { press: (action: string, details = {}) => handlers[action]!({ action, ...details }) });
  });
  const press = (action: string, details = {}) =>
    page.evaluate(([action, details]) => (window as unknown as { press: (action: string, details: object) => void }).press(action as string, details as object), [action, details]);
  const shown = () => page.evaluate(() => ({ title: navigator.mediaSession.metadata?.title, state: navigator.mediaSession.playbackState }));
  const place = () => page.evaluate(() => (window as unknown as { place?: { position: number; duration: number } }).place);
  const titles = await playCharts(page);
  await expect.poll(shown).toEqual({ title: titles[0], state: "playing" });
  await press("pause");
  await expect.poll(() => sounding(page)).toBe(false);
  await expect.poll(shown).toEqual({ title: titles[0], state: "paused" });
  await press("play");
  await expect.poll(() => sounding(page)).toBe(true);
  await press("seekto", { seekTime: 3 });
  await expect.poll(async () => (await place())?.position ?? 0).toBeGreaterThanOrEqual(3);
  expect((await place())!.duration).toBeGreaterThan(5);
  await press("nexttrack");
  await expect.poll(shown).toEqual({ title: titles[1], state: "playing" });
  await press("previoustrack");
  await expect.poll(shown).toEqual({ title: titles[0], state: "playing" });
  await press("stop");
  await expect.poll(() => sounding(page)).toBe(false);
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

test("small players work within another site's page", async ({ page, hydrated, baseURL }) => {
  await page.goto("/charts");
  const track = (await page.locator("main .track-row .track-title a").first().getAttribute("href"))!.match(/\d+/)![0];
  await page.goto("/");
  const playlist = (await page.locator('main a[href^="/playlists/"]').first().getAttribute("href"))!.match(/\d+/)![0];
  const players = { full: `tracks/${track}?theme=dark`, list: `playlists/${playlist}?theme=light`, small: `tracks/${track}?size=compact`, bare: `playlists/${playlist}?size=compact&cover=off&theme=light` };
  const frames = Object.entries(players).map(([name, path]) => `<iframe title="${name}" width="600" height="${path.includes("compact") ? 112 : 400}" src="${baseURL}/embed/${path}" allow="autoplay"></iframe>`);
  const foreign = createServer((_, response) => {
    response.setHeader("content-type", "text/html");
    response.end(`<!doctype html><title>Elsewhere</title>${frames.join("")}`);
  });
  await new Promise<void>((resolve) => foreign.listen(0, "127.0.0.1", resolve));
  const elsewhere = `http://localhost:${(foreign.address() as AddressInfo).port}`;
  try {
    await page.goto(elsewhere);
    const player = (name: string) => page.frameLocator(`iframe[title="${name}"]`);
    const background = (name: string) => player(name).locator("html").evaluate((html) => getComputedStyle(html).backgroundColor.match(/[\d.]+/g)!.slice(0, 3).reduce((sum, part) => sum + Number(part), 0));
    for (const [name, path] of Object.entries(players)) {
      await expect(player(name).getByRole("heading", { level: 1 })).toBeVisible();
      await expect(player(name).locator(".embed-cover")).toHaveCount(path.includes("cover=off") ? 0 : 1);
      await expect(player(name).locator(".embed-list")).toHaveCount(name === "list" ? 1 : 0);
      // It fits its frame.
      const fits = await player(name).locator("html").evaluate((html) => html.scrollHeight <= innerHeight && html.scrollWidth <= innerWidth);
      expect(fits, name).toBe(true);
    }
    expect(await background("list")).toBeGreaterThan(await background("full"));
    if (hydrated) {
      for (const [name, source] of [["full", `track=${track}`], ["bare", `playlist=${playlist}`]] as const) {
        const started = page.waitForRequest((request) => request.url().includes("/api/plays/start"));
        await player(name).getByRole("button", { name: "Play", exact: true }).click();
        expect((await started).postData()).toContain("source=embed");
        expect((await started).postData()).toContain(source);
        await expect(player(name).getByRole("button", { name: "Pause", exact: true })).toBeVisible();
      }
      // One site's players don't sound at once.
      await expect(player("full").getByRole("button", { name: "Play", exact: true })).toBeVisible();
    } else {
      // A frame of another process keeps its scripts when the test's page has none, so the players are opened by themselves.
      for (const path of Object.values(players)) {
        await page.goto(`/embed/${path}`);
        await expect(page.locator("audio[controls]")).toBeVisible();
      }
    }
  } finally {
    foreign.closeAllConnections();
    foreign.close();
  }
});
