import { existsSync } from "node:fs";
import { defineConfig, devices } from "@playwright/test";

/** Every spec runs twice: taken over by the browser's program, and with JavaScript off; `@program` marks those of things that are the program's alone. */
const base = process.env.SITE_URL ?? "http://127.0.0.1:3110";
const installed = ["/usr/bin/chromium-headless-shell", "/usr/bin/chromium"];
const executablePath = process.env.CHROMIUM ?? installed.find((path) => existsSync(path));
const launchOptions = {
  executablePath,
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--autoplay-policy=no-user-gesture-required"],
};

export default defineConfig({
  testDir: "tests",
  timeout: 60_000,
  expect: { timeout: 10_000 },
  workers: 2,
  fullyParallel: false,
  retries: 0,
  reporter: [["list"]],
  use: {
    baseURL: base,
    launchOptions,
    actionTimeout: 8_000,
    // A film of every step takes a third of the time: it is made when asked for. What failed is described anyway.
    trace: process.env.TRACE ? "retain-on-failure" : "off",
  },
  projects: [
    { name: "hydrated", use: { ...devices["Desktop Chrome"], launchOptions } },
    { name: "no-javascript", grepInvert: /@program/, use: { ...devices["Desktop Chrome"], launchOptions, javaScriptEnabled: false } },
  ],
  webServer: process.env.SITE_URL
    ? undefined
    : {
        command: "bash serve.sh",
        url: `${base}/readyz`,
        timeout: 120_000,
        reuseExistingServer: false,
        gracefulShutdown: { signal: "SIGTERM", timeout: 20_000 },
        stdout: "ignore",
        stderr: "pipe",
      },
});
