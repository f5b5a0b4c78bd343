import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { APIRequestContext, Page } from "@playwright/test";
import { expect } from "./site";

export const PASSWORD = "a-song-for-eternity";
const root = join(import.meta.dirname, "..", "..");

/** The link in the latest mail to this address. */
export async function linkInMail(request: APIRequestContext, address: string, part: string): Promise<string> {
  let link: string | undefined;
  await expect
    .poll(async () => {
      const mails: { recipient: string; body: string }[] = await (await request.get("/dev/mails.json")).json();
      link = mails.find((mail) => mail.recipient === address && mail.body.includes(part))?.body.match(/https?:\S+/)?.[0];
      return link;
    })
    .toContain(part);
  return link!;
}

/** Signs up through the pages and confirms the e-mail, as anybody would. */
export async function signUp(page: Page, name: string, email: string): Promise<void> {
  await page.goto("/sign-up");
  await page.getByLabel("Name", { exact: true }).fill(name);
  await page.getByLabel("E-mail", { exact: true }).fill(email);
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.locator("main").getByRole("button", { name: "Sign up" }).click();
  await expect(page.getByRole("heading", { name: "Look at your mail" })).toBeVisible();
  await page.goto(await linkInMail(page.request, email, "/verify-email/"));
  await page.getByRole("button", { name: "Yes, it is mine" }).click();
  await expect(page.getByText("Your e-mail is confirmed. Welcome.")).toBeVisible();
}

export async function logIn(page: Page, email: string, password = PASSWORD): Promise<void> {
  await page.goto("/log-in");
  await page.getByLabel("E-mail", { exact: true }).fill(email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.locator("main").getByRole("button", { name: "Log in" }).click();
  await expect(page).not.toHaveURL(/log-in/);
}

/** A new artist on the page of new uploads. */
export async function newArtist(page: Page, name: string, hydrated: boolean): Promise<void> {
  await signUp(page, name, `${name.toLowerCase()}-${Date.now()}-${hydrated ? "js" : "html"}@example.org`);
  await page.goto("/studio/new");
  await page.getByLabel("Artist name").fill(`${name} ${Date.now()}`);
  await page.getByRole("button", { name: "Create artist profile" }).click();
  await expect(page).toHaveURL(/\/studio$/);
  await page.goto("/studio/uploads/new");
}

/** A real audio file: eight seconds of a chord, as FLAC, WAV or MP3. */
export function audioFile(kind: "flac" | "wav" | "mp3"): string {
  const path = join(mkdtempSync(join(tmpdir(), "eternity-audio-")), `song.${kind}`);
  execFileSync("ffmpeg", ["-v", "error", "-f", "lavfi", "-i", "aevalsrc=0.2*sin(2*PI*220*t)+0.2*sin(2*PI*277*t)+0.2*sin(2*PI*330*t):s=44100:d=8", path]);
  return path;
}

/** A real picture. */
export function pictureFile(): string {
  const path = join(mkdtempSync(join(tmpdir(), "eternity-picture-")), "cover.png");
  execFileSync("ffmpeg", ["-v", "error", "-f", "lavfi", "-i", "testsrc2=s=900x900", "-frames:v", "1", path]);
  return path;
}

/** Moves the site's clock forward; only development has this door. */
export async function later(request: APIRequestContext, days: number): Promise<void> {
  const moved = await request.post("/dev/clock", { form: { seconds: days * 86_400 } });
  expect(moved.ok()).toBe(true);
}

/** What `eternity …` prints against the running site's database. */
export function eternity(...args: string[]): string {
  const data = readFileSync(join(root, "end2end", ".server"), "utf8").trim();
  const script = `. .ci/env.sh; exec "$CARGO_TARGET_DIR/debug/eternity" ${args.join(" ")}`;
  return execFileSync("bash", ["-c", script], { cwd: root, encoding: "utf8", env: { ...process.env, DATABASE_URL: undefined, ETERNITY_MODE: "development", ETERNITY_DATA_DIR: data, RUST_LOG: "error" } });
}
