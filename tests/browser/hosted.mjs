// How a person walks through the hosted pages: one driver a provider, the same verbs.

import { Failed } from './run.mjs'

const seen = async (page, selector) => (await page.locator(selector).count()) > 0

/** Clicks, and waits for the page that comes of it. */
export async function press(page, selector) {
  const answered = page.waitForEvent('load')
  answered.catch(() => undefined)
  await page.locator(selector).first().click()
  await answered
}

/** Sends the form that holds the field `name`. */
export const submit = (page, name) => press(page, sender(name))
const sender = (name) => `form:has(input[name="${name}"]:not([type="hidden"])) button[type="submit"]`

/** The buttons of Gatehouse's pages. */
export const BUTTONS = {
  signOut: 'form[action$="/oauth2/logout"] button[type="submit"]',
  anotherAccount: 'form[action$="/login/another"] button[type="submit"]',
  allow: 'button[name="decision"][value="allow"]',
  deny: 'button[name="decision"][value="deny"]',
}

/** The hosted pages of Gatehouse, by the names of their fields. */
const gatehouse = {
  /** One step towards the app: whichever page is shown is answered. False if none of ours is shown. */
  async step(page, person) {
    if (await seen(page, 'input[name="identifier"]')) {
      await page.fill('input[name="identifier"]', person.username)
      await page.click(sender('identifier'))
    } else if (await seen(page, 'input[name="password"]')) {
      await page.fill('input[name="password"]', person.password)
      await page.click(sender('password'))
    } else if (await seen(page, 'button[name="organization"]')) {
      await page.click(`button[name="organization"][value="${person.organization}"]`)
    } else if (await seen(page, 'button[name="decision"]')) {
      await page.click(BUTTONS.allow)
    } else if (await seen(page, 'button[name="session"]')) {
      await page.locator('button.pick[name="session"]', { hasText: person.username }).click()
    } else {
      return false
    }
    return true
  },

  /** Confirms the sign-out, where the provider asks. */
  async confirmSignOut(page) {
    await page.click(BUTTONS.signOut)
  },
}

/** The development pages of npm oidc-provider. */
const oidcProvider = {
  async step(page, person) {
    if (await seen(page, 'input[name="login"]')) {
      await page.fill('input[name="login"]', person.username)
      await page.fill('input[name="password"]', person.password)
      await page.click('button[type="submit"]')
    } else if (await seen(page, 'input[name="prompt"][value="consent"]')) {
      await page.click('button[type="submit"]')
    } else {
      return false
    }
    return true
  },

  async confirmSignOut(page) {
    await page.click('button[name="logout"][value="yes"]')
  },
}

export const DRIVERS = { gatehouse, 'oidc-provider': oidcProvider }

/** A page without a question for a person: a form_post answer, a single-page app. It may still move on by itself. */
const rest = (page, arrived) =>
  page.waitForURL((url) => arrived(url.href), { timeout: 3000 }).catch(() => undefined)

/**
 * Opens `url` (or goes on from where the browser is) and answers pages until the browser is at an address for
 * which `arrived` holds; returns that address.
 * A page that says no (role=alert) or that no driver knows ends the walk with its words.
 */
export async function walk(page, url, person, arrived, driver = gatehouse) {
  if (url !== undefined) await page.goto(String(url))
  for (let steps = 0; steps < 8 && !arrived(page.url()); steps += 1) {
    if (await seen(page, '[role="alert"]')) break
    const answered = page.waitForEvent('load')
    answered.catch(() => undefined)
    if (await driver.step(page, person)) await answered
    else await rest(page, arrived)
  }
  if (arrived(page.url())) return page.url()
  throw new Failed(
    `the sign-in stopped at ${page.url()}: ${(await page.innerText('body')).replace(/\s+/g, ' ').slice(0, 400)}`,
  )
}
