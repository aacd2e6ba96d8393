// Chromium as the system has it, without a path to the internet.
import { existsSync } from 'node:fs'

import { chromium } from 'playwright-core'

import { Failed } from './run.mjs'

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost',
]

/** How long a page may take before a check gives up, in milliseconds. */
export const PATIENCE = 15_000

/** Starts Chromium, hands it to `work` and closes it however that ends. `path` wins over the usual places. */
export async function withChromium(path, work) {
  const executablePath = path ?? PLACES.find((place) => existsSync(place))
  if (executablePath === undefined) throw new Failed(`no Chromium in ${PLACES.join(', ')}`)
  const browser = await chromium.launch({ executablePath, args: ARGS })
  try {
    return await work(browser)
  } finally {
    await browser.close()
  }
}

/** A context of its own: ports share cookies, so each server and each person gets one. */
export async function freshContext(browser, options = {}) {
  const context = await browser.newContext({ locale: 'en-US', ...options })
  context.setDefaultTimeout(PATIENCE)
  return context
}

/** Chromium with the preferences of a profile folder, where a context of its own cannot say the same. */
export async function withProfile(path, profile, work) {
  const executablePath = path ?? PLACES.find((place) => existsSync(place))
  const context = await chromium.launchPersistentContext(profile, {
    executablePath,
    args: ARGS,
    locale: 'en-US',
  })
  context.setDefaultTimeout(PATIENCE)
  try {
    return await work(context.pages()[0] ?? (await context.newPage()))
  } finally {
    await context.close()
  }
}
