import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import * as tus from "tus-js-client";
import { expect, test } from "./site";
import { audioFile, newArtist } from "./people";

const root = join(import.meta.dirname, "..", "..");
const sum = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");

/** A long file: eleven megabytes, three pieces. */
function longFile(name: string): string {
  const path = join(mkdtempSync(join(tmpdir(), "eternity-audio-")), name);
  execFileSync("ffmpeg", ["-v", "error", "-f", "lavfi", "-i", "anoisesrc=a=0.1:r=44100:d=62", "-ac", "2", path]);
  return path;
}

/** The originals that lie in the server's storage, by their checksums. */
function stored(): string[] {
  const media = join(readFileSync(join(root, "end2end", ".server"), "utf8").trim(), "media", "originals");
  return execFileSync("sh", ["-c", `sha256sum ${media}/* | cut -d' ' -f1`], { encoding: "utf8" }).split("\n");
}

// Without JavaScript the plain form takes one file.
test("several files at once, one of them bad", { tag: "@program" }, async ({ page, hydrated, accessible }) => {
  await newArtist(page, "Several", hydrated);
  const bad = join(mkdtempSync(join(tmpdir(), "eternity-bad-")), "poem.wav");
  writeFileSync(bad, "no music ".repeat(3_000));
  await page.getByLabel("Audio files").setInputFiles([audioFile("flac"), bad, audioFile("mp3")]);
  const rows = page.locator(".sending-row");
  await expect(rows).toHaveCount(3);
  await expect(rows.nth(0)).toContainText("The draft is there", { timeout: 20_000 });
  await expect(rows.nth(1)).toContainText("not an audio file");
  await expect(rows.nth(2)).toContainText("The draft is there", { timeout: 20_000 });
  await accessible();
  await rows.nth(0).getByRole("link", { name: /^Open the draft of/ }).click();
  await expect(page.getByRole("heading", { level: 1, name: "song" })).toBeVisible();
  await accessible();
});

// Resuming needs JavaScript.
test("a broken connection goes on by itself, a closed tab when the file is chosen again", { tag: "@program" }, async ({ page, context, hydrated }) => {
  test.setTimeout(120_000);
  await newArtist(page, "Broken", hydrated);
  const file = longFile("long.wav");
  let pieces = 0;
  const breaking = async (tab: Page, allowed: (piece: number) => boolean) => {
    await tab.route("**/uploads/files/*", async (route) => {
      if (route.request().method() === "PATCH" && !allowed(pieces++)) await route.abort("connectionreset");
      else await route.continue();
    });
  };
  // Every other piece breaks.
  await breaking(page, (piece) => piece % 2 === 1);
  await page.getByLabel("Audio files").setInputFiles(file);
  await expect(page.locator(".sending-row")).toContainText("The draft is there", { timeout: 60_000 });
  expect(pieces).toBe(6);
  expect(stored()).toContain(sum(readFileSync(file)));

  // The first piece arrives, then the tab is closed.
  const other = longFile("other.wav");
  const tab = await context.newPage();
  pieces = 0;
  await breaking(tab, (piece) => piece === 0);
  await tab.goto("/studio/uploads/new");
  await tab.getByLabel("Audio files").setInputFiles(other);
  await expect(tab.locator(".sending-row")).toContainText("The connection broke at", { timeout: 20_000 });
  await tab.close();
  await page.goto("/studio/uploads/new");
  const section = page.getByRole("region", { name: "Not finished" });
  await expect(section).toContainText("other.wav");
  await expect(section).toContainText("4.1 MB of 10.9 MB have arrived");
  await page.unroute("**/uploads/files/*");
  const offsets: (string | undefined)[] = [];
  page.on("request", (request) => {
    if (request.method() === "PATCH") offsets.push(request.headers()["upload-offset"]);
  });
  await page.getByLabel("Audio files").setInputFiles(other);
  await expect(page.locator(".sending-row")).toContainText("The draft is there", { timeout: 60_000 });
  expect(offsets).toEqual(["4194304", "8388608"]);
  expect(stored()).toContain(sum(readFileSync(other)));
});

test("a file is stopped, and what broke off is thrown away", async ({ page, hydrated }) => {
  await newArtist(page, "Stopped", hydrated);
  const begun = await page.request.post("/uploads/files", {
    headers: { "tus-resumable": "1.0.0", "upload-length": "1000", "upload-metadata": `filename ${btoa("half.wav")},fingerprint ${btoa("none")}` },
  });
  expect(begun.status()).toBe(201);
  await page.reload();
  await expect(page.locator("main")).toContainText("half.wav");
  await page.getByRole("button", { name: /^Throw/ }).click();
  await expect(page.locator("main")).not.toContainText("half.wav");
  if (hydrated) {
    await page.route("**/uploads/files/*", (route) => (route.request().method() === "PATCH" ? undefined : route.continue()));
    await page.getByLabel("Audio files").setInputFiles(audioFile("wav"));
    await page.getByRole("button", { name: "Cancel song.wav" }).click();
    await expect(page.locator(".sending-row")).toContainText("Cancelled");
  }
});

// These clients bring their own program.
test("tus-js-client and tuspy resume until the file is whole", { tag: "@program" }, async ({ page, context, hydrated }) => {
  test.setTimeout(120_000);
  await newArtist(page, "Clients", hydrated);
  const endpoint = new URL("/uploads/files", page.url()).href;
  const cookie = (await context.cookies()).map(({ name, value }) => `${name}=${value}`).join("; ");

  const first = longFile("client.wav");
  const bytes = readFileSync(first);
  let url: string | null = null;
  let cuts = 0;
  const attempt = () =>
    new Promise<boolean>((resolve, reject) => {
      const upload = new tus.Upload(bytes, {
        endpoint,
        ...(url === null ? {} : { uploadUrl: url }),
        headers: { Cookie: cookie },
        metadata: { filename: "client.wav" },
        retryDelays: [200, 500, 1_000],
        // How often progress is told is the machine's; by pieces it is told of each. Eight of these are less than the file.
        chunkSize: 200_000 + Math.floor(Math.random() * 1_000_000),
        onError: reject,
        onSuccess: () => resolve(true),
        onProgress: (sent) => {
          url = upload.url;
          if (cuts < 8 && sent > 0) {
            cuts += 1;
            void upload.abort().then(() => resolve(false));
          }
        },
      });
      upload.start();
    });
  while (!(await attempt()));
  expect(cuts).toBe(8);
  expect(stored()).toContain(sum(bytes));

  const second = longFile("python.wav");
  const python = join(process.env.ETERNITY_CACHE ?? join(homedir(), ".cache", "eternity"), "tus-python", "bin", "python");
  const said = execFileSync(python, [join(import.meta.dirname, "resume.py"), endpoint, cookie, second, "7"], { encoding: "utf8" });
  expect(Number(said.split(" ")[0])).toBeGreaterThan(2);
  expect(stored()).toContain(sum(readFileSync(second)));
});
