// A person with a browser, for relying parties that have none. Python's cookie jar sends no Secure cookie over http,
// Chromium does so on loopback.
//
// First line out: {"origin": …}, where the relying party's redirect URIs may live. Then one JSON line in, one out:
//   {"browser": "alice", "open": URL, "until": "/callback", "person": {…}} -> {"url": …} or {"error": …}
// Each named browser has its own cookies; `person.driver` names the kind of pages she is shown.
// A sign-out is confirmed when the path waited for is `/logged-out`.
import { createInterface } from 'node:readline'

import { freshContext, withChromium } from '../browser/chromium.mjs'
import { DRIVERS, walk } from '../browser/hosted.mjs'
import { listen } from '../browser/listener.mjs'
import { describe } from '../browser/run.mjs'

const { chromium } = JSON.parse(process.argv[2] ?? '{}')
const say = (value) => process.stdout.write(`${JSON.stringify(value)}\n`)

async function visit(page, app, { open, until, person }) {
  const driver = DRIVERS[person.driver ?? 'gatehouse']
  const arrived = (url) => url.startsWith(app.origin + until)
  if (until !== '/logged-out') return walk(page, open, person, arrived, driver)
  await page.goto(open)
  if (!arrived(page.url())) await driver.confirmSignOut(page)
  await page.waitForURL((url) => arrived(url.href))
  return page.url()
}

const app = await listen()
await withChromium(chromium, async (browser) => {
  const pages = new Map()
  say({ origin: app.origin })
  for await (const line of createInterface({ input: process.stdin })) {
    const asked = JSON.parse(line)
    if (!pages.has(asked.browser)) pages.set(asked.browser, await (await freshContext(browser)).newPage())
    try {
      say({ url: await visit(pages.get(asked.browser), app, asked) })
    } catch (error) {
      say({ error: describe(error) })
    }
  }
})
app.close()
