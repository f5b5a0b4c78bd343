import { expect, test } from "./site";
import { audioFile, eternity, later, linkInMail, logIn, pictureFile, signUp } from "./people";

/** The product's main loop, once, by the people who use it. */
test("publish, play, collect, tip, pay out", async ({ browser, hydrated, accessible, page: artist }, info) => {
  test.setTimeout(240_000);
  const context = () => browser.newContext({ baseURL: info.project.use.baseURL, javaScriptEnabled: hydrated });
  const mark = `${info.project.name} ${Date.now()}`;
  const mail = (who: string) => `${who}-${Date.now()}-${hydrated ? "js" : "html"}@example.org`;

  // 1. An account, and an artist profile with pictures.
  const artistMail = mail("artist");
  await signUp(artist, "Ada Wells", artistMail);
  await artist.goto("/studio/new");
  await artist.getByLabel("Artist name").fill(`The Wells ${mark}`);
  await artist.getByLabel("About you").fill("Songs from </textarea><script>alert(1)</script> a cellar.");
  await artist.getByLabel("Genre", { exact: true }).fill("Folk");
  await artist.getByLabel("Location").fill("Leiden");
  await artist.getByLabel("Website").fill("https://example.org/wells");
  await artist.getByLabel("Instagram").fill("https://instagram.com/wells");
  await artist.getByLabel("Profile image").setInputFiles(pictureFile());
  await artist.getByLabel("Banner").setInputFiles(pictureFile());
  await artist.getByRole("button", { name: "Create artist profile" }).click();
  await expect(artist).toHaveURL(/\/studio$/);
  await accessible();

  // 2. A refused upload says why at its field and loses nothing; the second is made ready and published.
  await artist.goto("/studio/uploads/new");
  if (hydrated) {
    // Every file becomes a draft, which is then filled in.
    await artist.getByLabel("Audio files").setInputFiles(audioFile("flac"));
    await artist.getByRole("link", { name: "Open the draft of song.flac" }).click();
    await expect(artist).toHaveURL(/\/studio\/uploads\/\d+/);
    await artist.getByLabel("Title").fill("");
    await artist.getByLabel("Description").fill("Recorded at night.");
    await artist.getByRole("button", { name: "Save" }).click();
  } else {
    await artist.getByLabel("Audio file").setInputFiles(audioFile("flac"));
    await artist.getByLabel("Description").fill("Recorded at night.");
    await artist.getByRole("button", { name: "Upload", exact: true }).click();
  }
  await expect(artist.getByText("Give the track a title.")).toBeVisible();
  await expect(artist.getByLabel("Description")).toHaveValue("Recorded at night.");
  if (!hydrated) await expect(artist.getByText("has arrived and is kept")).toBeVisible();
  await artist.getByLabel("Title").fill(`Cellar song ${mark}`);
  await artist.getByLabel("Genre").selectOption({ index: 1 });
  await artist.getByLabel("Cover").setInputFiles(pictureFile());
  await artist.getByRole("button", { name: hydrated ? "Save" : "Upload", exact: true }).click();
  await expect(artist).toHaveURL(/\/studio\/uploads\/\d+/);
  await expect(async () => {
    if (!hydrated) await artist.reload();
    await expect(artist.getByRole("button", { name: "Publish", exact: true })).toBeVisible({ timeout: 1_000 });
  }).toPass({ timeout: 60_000 });
  await accessible();
  await artist.getByRole("button", { name: "Publish", exact: true }).click();
  await expect(artist.getByRole("button", { name: "Hide" })).toBeVisible();
  const trackId = artist.url().match(/uploads\/(\d+)/)![1]!;

  // 3. A visitor comes by the artist's page and plays it: Range requests work, a play is counted by the rule.
  const visitor = await (await context()).newPage();
  const trackPage = await visitor.goto(`/tracks/${trackId}`);
  expect(trackPage?.status()).toBe(200);
  await visitor.locator("main").getByRole("link", { name: `The Wells ${mark}` }).first().click();
  await expect(visitor).toHaveURL(/\/artists\/\d+/);
  await expect(visitor.getByRole("heading", { level: 1, name: `The Wells ${mark}` })).toBeVisible();
  await expect(visitor.getByRole("link", { name: "Instagram" })).toHaveAttribute("href", "https://instagram.com/wells");
  await expect(visitor.getByText("<script>alert(1)</script>")).toBeVisible();
  const part = await visitor.request.get(`/media/audio/${trackId}`, { headers: { Range: "bytes=100-199" } });
  expect(part.status()).toBe(206);
  expect((await part.body()).length).toBe(100);
  if (hydrated) {
    await visitor.locator("main").getByRole("link", { name: `Play Cellar song ${mark}` }).first().click();
    await expect.poll(async () => visitor.evaluate(() => document.querySelector("audio")?.currentTime ?? -1), { timeout: 15_000 }).toBeGreaterThan(5);
    // The player reports when it pauses; half of the eight seconds were listened to.
    await visitor.getByRole("button", { name: "Pause" }).first().click();
    await expect(async () => {
      await visitor.goto(`/tracks/${trackId}`);
      await expect(visitor.locator("main")).toContainText("1 play", { timeout: 500 });
    }).toPass({ timeout: 15_000 });
  } else {
    await visitor.goto(`/tracks/${trackId}`);
    await expect(visitor.locator("audio[controls]")).toBeVisible();
  }

  // 4. A listener's playlist: made, filled, put in order, made public, followed and shared by another.
  const listener = await (await context()).newPage();
  const listenerMail = mail("listener");
  await signUp(listener, "Lena", listenerMail);
  await listener.goto("/playlists/new");
  await listener.getByLabel("Name", { exact: true }).fill(`Night ${mark}`);
  await listener.getByRole("button", { name: "Create playlist" }).click();
  await expect(listener.getByRole("heading", { name: `Night ${mark}` })).toBeVisible();
  const playlist = listener.url().match(/\/playlists\/(\d+)/)![1]!;
  await listener.goto("/charts");
  const charted = await listener.locator('main a[href^="/tracks/"]').evaluateAll((links) => links.map((link) => link.getAttribute("href")!.match(/\d+/)![0]));
  for (const track of [charted.find((id) => id !== trackId)!, trackId]) {
    await listener.goto(`/playlists/add?track=${track}`);
    await listener.getByRole("button", { name: new RegExp(`Night ${mark}|Add`) }).first().click();
    await expect(listener.getByText(`Added to Night ${mark}.`)).toBeVisible();
  }
  await listener.goto(`/playlists/${playlist}`);
  await listener.getByRole("button", { name: `Move Cellar song ${mark} up` }).click();
  await expect(listener.getByRole("button", { name: /^Move .* down$/ }).first()).toHaveAccessibleName(`Move Cellar song ${mark} down`);
  expect((await visitor.goto(`/playlists/${playlist}`))?.status(), "private").toBe(404);
  await listener.goto(`/playlists/${playlist}/edit`);
  await listener.getByLabel("Public").check();
  await listener.getByRole("button", { name: "Save playlist" }).click();
  await expect(listener.getByText("The playlist is saved.")).toBeVisible();

  const follower = await (await context()).newPage();
  await signUp(follower, "Finn", mail("follower"));
  await follower.goto(`/playlists/${playlist}`);
  await follower.getByRole("button", { name: "Follow", exact: true }).click();
  await expect(follower.getByRole("button", { name: "Following" })).toBeVisible();
  await follower.goto(`/playlists/${playlist}/share`);
  await follower.getByRole("button", { name: /Link|Copy/ }).first().click();
  await expect(follower.locator("main")).toContainText("/s/");

  // 5. A tip with a message through the sandbox's checkout.
  await listener.goto(`/tip/tracks/${trackId}`);
  await listener.getByLabel("Another amount").fill("25.00");
  await listener.getByLabel("Message to the artist").fill("For the winter.");
  await listener.getByRole("button", { name: "Go on to payment" }).click();
  await expect(listener.getByText("Test payments.")).toBeVisible();
  await listener.getByRole("button", { name: /^Pay / }).click();
  await expect(listener).toHaveURL(/\/receipts\/\d+/);
  await expect(listener.locator("main")).toContainText("25.00");
  await artist.goto("/studio/tips");
  await expect(artist.locator("main")).toContainText("For the winter.");
  await artist.goto("/studio/earnings");
  await expect(artist.locator("main")).toContainText("23.75");
  await accessible();

  // 6. After the holding time a payout: requested, approved by an admin, sent, paid; every step seen by the artist.
  await later(artist.request, 8);
  await artist.goto("/studio/payouts");
  await artist.getByLabel("Paid by").selectOption("paypal");
  await artist.getByLabel("Destination").fill("ada@example.org");
  await artist.getByRole("button", { name: "Save destination" }).click();
  await expect(async () => {
    await artist.goto("/studio/payouts");
    await expect(artist.getByLabel("Amount")).toHaveValue("23.75", { timeout: 1_000 });
  }).toPass({ timeout: 15_000 });
  await artist.getByRole("button", { name: "Request payout" }).click();
  await expect(artist).toHaveURL(/\/studio\/payouts\/\d+/);
  const payout = artist.url().match(/payouts\/(\d+)/)![1]!;

  const admin = await (await context()).newPage();
  await logIn(admin, "admin@demo.eternity.test");
  await admin.goto("/admin/payouts");
  await expect(admin.locator("main")).toContainText(`The Wells ${mark}`);
  await admin.goto(`/admin/payouts/${payout}`);
  await admin.getByRole("button", { name: "Approve", exact: true }).click();
  await expect(async () => {
    await artist.goto(`/studio/payouts/${payout}`);
    await expect(artist.locator("main")).toContainText("Sent to the provider", { timeout: 1_000 });
    await expect(artist.locator("main").getByText("Paid", { exact: true }).first()).toBeVisible({ timeout: 1_000 });
  }).toPass({ timeout: 20_000 });
  await expect(artist.locator("main")).toContainText(`Cellar song ${mark}`);
  await linkInMail(artist.request, artistMail, "/studio/payouts/");

  // 7. The next one fails at the provider: the artist reads why, and the money is there again.
  await listener.goto(`/tip/tracks/${trackId}`);
  await listener.getByLabel("Another amount").fill("20.00");
  await listener.getByRole("button", { name: "Go on to payment" }).click();
  await listener.getByRole("button", { name: /^Pay / }).click();
  await expect(listener).toHaveURL(/\/receipts\/\d+/);
  await later(artist.request, 8);
  await artist.goto("/studio/payouts");
  await artist.getByLabel("Destination").fill("fail@example.org");
  await artist.getByRole("button", { name: "Save destination" }).click();
  await expect(async () => {
    await artist.goto("/studio/payouts");
    await expect(artist.getByLabel("Amount")).not.toHaveValue(/^(0\.00)?$/, { timeout: 1_000 });
  }).toPass({ timeout: 15_000 });
  // The tip's 19.00, and what was heard in a month that has ended meanwhile.
  const available = Number(await artist.getByLabel("Amount").inputValue());
  expect(available).toBeGreaterThanOrEqual(19);
  await artist.getByRole("button", { name: "Request payout" }).click();
  await expect(artist).toHaveURL(/\/studio\/payouts\/\d+/);
  await admin.goto(`/admin/payouts/${artist.url().match(/payouts\/(\d+)/)![1]!}`);
  await admin.getByRole("button", { name: "Approve", exact: true }).click();
  await expect(async () => {
    await artist.reload();
    await expect(artist.getByText(/^This payout failed: .+ The money is available again\.$/)).toBeVisible({ timeout: 1_000 });
  }).toPass({ timeout: 20_000 });
  await artist.goto("/studio/payouts");
  expect(Number(await artist.getByLabel("Amount").inputValue())).toBeGreaterThanOrEqual(available);

  // The journal balances.
  expect(eternity("ledger", "verify")).toContain("The books balance.");
});
