// Every sample of every hosted page, from files: accessible by axe-core and whole on a small screen.
//
// Argument: {"folder": …, "pages": [{"path": …, "widths": […], "schemes": […]}, …], "screenshots": folder, "chromium": path}.
import { pathToFileURL } from 'node:url'

import { freshContext, withChromium } from './chromium.mjs'
import { excess, inspect, violations } from './inspect.mjs'
import { run } from './run.mjs'

/** Two at a time: one is drawn while the other is judged. */
const TABS = 2

/** What is done to a sound page, and what must be said of it. */
const MARS = {
  'color-contrast': () => (document.querySelector('h1').style.color = '#bbb'),
  'label-content-name-mismatch': () => document.querySelector('button').setAttribute('aria-label', 'xyz'),
  'target-size': () => {
    const tiny = '<a href="#a">a</a><a href="#b">b</a>'
    document.querySelector('main').insertAdjacentHTML('beforeend', `<nav aria-label="x">${tiny}</nav>`)
  },
  'html-has-lang': () => document.documentElement.removeAttribute('lang'),
}

await run(async (input, checks) => {
  const at = (path) => pathToFileURL(`${input.folder}/${path}`).href
  await withChromium(input.chromium, async (browser) => {
    const context = await freshContext(browser, { viewport: { width: 320, height: 800 } })
    // The page that posts itself would be gone before it is looked at.
    await context.route('**/*.js', (route) => route.abort())
    await faultsAreSeen(await context.newPage(), at(input.pages[0].path), checks)
    const left = [...input.pages]
    const tab = async () => {
      const page = await context.newPage()
      for (let next = left.shift(); next !== undefined; next = left.shift()) {
        await page.goto(at(next.path))
        await inspect({ checks, input }, page, next.path, next)
      }
    }
    await Promise.all(Array.from({ length: TABS }, tab))
  })
  return {}
}, 500)

/** A check that cannot fail says nothing: a fault of each kind is found out. */
async function faultsAreSeen(page, url, checks) {
  await page.goto(url)
  checks.same('a sound page is sound', (await violations(page)).join(), '')
  checks.that('a sound page is narrow', (await excess(page)) <= 0)
  for (const [rule, mar] of Object.entries(MARS)) {
    await page.goto(url)
    await page.evaluate(mar)
    const found = await violations(page)
    checks.that(`seen: ${rule}`, found.length === 1 && found[0].startsWith(`${rule}:`), found)
  }
  await page.evaluate(() => (document.querySelector('main').style.minWidth = '400px'))
  checks.that('seen: sideways scrolling', (await excess(page)) > 0)
}
