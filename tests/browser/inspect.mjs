// What is asked of every hosted page: accessible by axe-core, whole on a small screen, in light and in dark; and of
// every answer: headers that keep it out of frames, caches and referrers.
import { mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/**
 * Runs in the page. Best practices count too: a page has one main, one h1 and landmarks. And two rules of WCAG that axe
 * leaves out by itself: targets large enough for a finger, names that hold what is seen.
 */
const audit = async () => {
  const { violations } = await window.axe.run(document, {
    resultTypes: ['violations'],
    rules: { 'target-size': { enabled: true }, 'label-content-name-mismatch': { enabled: true } },
  })
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`)
}

export const WIDTHS = [320, 1280]
export const SCHEMES = ['light', 'dark']

/** What axe-core has to say about the page as it stands; empty if nothing. */
export async function violations(page) {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe)
  return page.evaluate(audit)
}

/** By how many pixels the page is wider than its window. */
export const excess = (page) =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)

/** Looks at the page as it stands, in each scheme and width; pictures go to `world.input.screenshots`. */
export async function inspect(world, page, name, { widths = WIDTHS, schemes = SCHEMES } = {}) {
  const { checks, input } = world
  const before = page.viewportSize()
  for (const width of widths) {
    await page.setViewportSize({ width, height: 800 })
    for (const colorScheme of schemes) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      const where = `${name}, ${colorScheme}, ${width} px`
      if (input.screenshots) {
        mkdirSync(input.screenshots, { recursive: true })
        await page.screenshot({
          path: `${input.screenshots}/${name}-${colorScheme}-${width}.png`,
          fullPage: true,
        })
      }
      const found = await violations(page)
      checks.that(`axe: ${where}`, found.length === 0, found)
      const wide = await excess(page)
      checks.that(`no sideways scrolling: ${where}`, wide <= 0, wide)
    }
  }
  await page.setViewportSize(before)
  await page.emulateMedia({ colorScheme: null, reducedMotion: null })
}

const directives = (policy) =>
  new Map(
    policy
      .split(';')
      .map((part) => part.trim().split(/\s+/))
      .map(([name, ...values]) => [name, values.join(' ')]),
  )

const REFERRERS = ['no-referrer', 'same-origin']

/** What is wrong with one HTML answer; empty if nothing. */
export function headerFaults({ headers }) {
  const policy = directives(headers['content-security-policy'] ?? '')
  const script = policy.get('script-src') ?? policy.get('default-src') ?? '*'
  const wrong = {
    'Content-Security-Policy default-src': ["'none'", "'self'"].includes(policy.get('default-src')),
    'Content-Security-Policy frame-ancestors': policy.get('frame-ancestors') === "'none'",
    'Content-Security-Policy base-uri': policy.get('base-uri') === "'none'",
    'Content-Security-Policy form-action': policy.has('form-action'),
    'Content-Security-Policy script-src': !/unsafe|\*|https?:|data:/.test(script),
    'X-Frame-Options': headers['x-frame-options']?.toUpperCase() === 'DENY',
    'X-Content-Type-Options': headers['x-content-type-options'] === 'nosniff',
    'Referrer-Policy': REFERRERS.includes(headers['referrer-policy']),
    'Cache-Control': /\bno-store\b/.test(headers['cache-control'] ?? ''),
    'Cross-Origin-Opener-Policy': headers['cross-origin-opener-policy'] === 'same-origin',
  }
  return Object.keys(wrong).filter((name) => !wrong[name])
}

/** Judges all answers the journeys' browsers have had. */
export function checkAnswers({ answers, loaded, complaints, checks, opened, input }) {
  checks.that('every browser saw a page', answers.length >= opened, `${answers.length} of ${opened}`)
  const pages = answers.filter(
    ({ headers, status }) => (headers['content-type'] ?? '').startsWith('text/html') && status !== 303,
  )
  for (const answer of pages) {
    const faults = headerFaults(answer)
    if (faults.length > 0)
      checks.that(`headers of ${answer.method} ${answer.url} (${answer.status})`, false, faults)
  }
  checks.that('headers of all pages', true)
  const foreign = loaded.filter((url) => !url.startsWith(`${input.base}/`))
  checks.that('pages load from their own origin alone', loaded.length > 0 && foreign.length === 0, foreign)
  const failed = answers.filter(({ status }) => status >= 500)
  checks.that(
    'no answer is a server error',
    failed.length === 0,
    failed.map(({ method, url, status }) => `${method} ${url} ${status}`),
  )
  const redirected = answers.filter(({ method, status }) => method === 'POST' && status > 300 && status < 400)
  checks.that(
    'a redirect after a post is 303',
    redirected.every(({ status }) => status === 303),
    redirected.map(({ url, status }) => `${url} ${status}`),
  )
  checks.that('the browser has nothing to complain about', complaints.length === 0, complaints)
}
