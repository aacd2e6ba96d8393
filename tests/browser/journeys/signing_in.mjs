// Reaching tokens, and not reaching them.
import { inspect } from '../inspect.mjs'
import { BUTTONS, press, submit, walk } from '../hosted.mjs'
import { tabsThrough } from '../keyboard.mjs'
import { PEOPLE } from '../world.mjs'

const SIGN_IN = /sign in/i

/** A stranger's first minute: script off, from the demo app to its tokens. */
export async function demo(world) {
  const { checks, input } = world
  const page = await world.open({ javaScriptEnabled: false })
  await page.goto(`${input.base}/demo`)
  await page.locator('a, button').filter({ hasText: SIGN_IN }).first().click()
  await page.waitForURL((url) => !url.pathname.startsWith('/demo'))
  await walk(page, undefined, PEOPLE.alice, (url) => new URL(url).pathname.startsWith('/demo'))
  const shown = await page.innerText('body')
  for (const sign of [PEOPLE.alice.username, 'at+jwt', 'tnt_', 'iss']) {
    checks.that(`demo without script: tokens show ${sign}`, shown.includes(sign), shown.slice(0, 600))
  }
}

/** Clicks alone, script off: the demo's people one after the other in one browser, each to their tokens and out again. */
export async function mouse(world) {
  const { checks, input } = world
  const page = await world.open({ javaScriptEnabled: false })
  await page.goto(`${input.base}/demo`)
  for (const { username, organization } of [PEOPLE.alice, PEOPLE.bob, PEOPLE.carol]) {
    await press(page, `button[name="person"][value="${username}"]`)
    await submit(page, 'identifier')
    await submit(page, 'password')
    const choice = `button[name="organization"][value="${organization}"]`
    if ((await page.locator(choice).count()) > 0) await press(page, choice)
    const shown = await page.innerText('body')
    checks.that(`clicks alone: tokens show ${username}`, shown.includes(username), shown.slice(0, 600))
    await press(page, 'form[action="/demo/sign-out"] button')
    await press(page, BUTTONS.signOut)
    checks.same(`clicks alone: ${username} leaves`, new URL(page.url()).pathname, '/demo')
  }
}

/** Hands on the keyboard only: fields take the focus by themselves, Enter goes on, Tab reaches everything. */
export async function keyboard(world) {
  const { checks } = world
  const page = await world.open()
  const asked = world.ask(world.issuer('acme'))
  await page.goto(asked.url)
  for (const [name, words] of [
    ['identifier', PEOPLE.alice.username],
    ['password', PEOPLE.alice.password],
  ]) {
    checks.same(
      `${name} has the focus`,
      await page.evaluate(() => document.activeElement?.getAttribute('name')),
      name,
    )
    await tabsThrough(page, name, checks)
    await page.locator(`input[name="${name}"]`).focus()
    await page.keyboard.type(words)
    const answered = page.waitForEvent('load')
    await page.keyboard.press('Enter')
    await answered
  }
  await page.waitForURL((url) => world.atApp(url.href))
  checks.that('keyboard alone reaches the app', new URL(page.url()).searchParams.has('code'), page.url())
}

const strip = (html, address) =>
  html
    .replaceAll(address, 'ADDRESS')
    .replaceAll(encodeURIComponent(address), 'ADDRESS')
    .replace(/[A-Za-z0-9_.~-]{20,}/g, 'HANDLE')

/** One try with a wrong password: the pages on the way and the answer to the try. */
async function wrongTry(world, address) {
  const page = await world.open()
  const asked = world.ask(world.issuer('acme'))
  await page.goto(asked.url)
  await page.fill('input[name="identifier"]', address)
  await submit(page, 'identifier')
  const passwordPage = await page.content()
  const cookies = await page.context().cookies()
  await page.fill('input[name="password"]', 'not the password')
  const answered = page.waitForResponse(
    (response) => response.request().resourceType() === 'document' && response.status() !== 303,
  )
  await submit(page, 'password')
  const response = await answered
  const headers = Object.keys(response.headers()).sort().join()
  return {
    page,
    asked,
    cookies,
    seen: {
      passwordPage: strip(passwordPage, address),
      status: response.status(),
      headers,
      body: strip(await response.text(), address),
    },
  }
}

/** A wrong password says so and gives nothing; an unknown address looks no different. */
export async function wrong_password(world) {
  const { checks } = world
  const known = await wrongTry(world, PEOPLE.alice.username)
  const alert = known.page.locator('[role="alert"]')
  checks.same('wrong password: one alert', await alert.count(), 1)
  checks.same('wrong password: its code', await world.fault(known.page), 'wrong_credentials')
  checks.same(
    'wrong password: the password is not echoed',
    (await known.page.content()).includes('not the password'),
    false,
  )
  const now = await known.page.context().cookies()
  checks.same('wrong password: no new cookie', JSON.stringify(now), JSON.stringify(known.cookies))
  await inspect(world, known.page, 'password-wrong')

  const unknown = await wrongTry(world, 'nobody@acme.test')
  for (const part of Object.keys(known.seen))
    checks.same(`unknown address: same ${part}`, unknown.seen[part], known.seen[part])
  const elsewhere = await wrongTry(world, PEOPLE.bob.username)
  checks.same('address of another tenant: same answer', elsewhere.seen.body, known.seen.body)

  const answer = await world.finish(known.page, known.asked, PEOPLE.alice, undefined).catch(() => undefined)
  checks.same('an alert is not walked over', answer, undefined)
  await known.page.fill('input[name="password"]', PEOPLE.alice.password)
  await submit(known.page, 'password')
  checks.that(
    'the right password after a wrong one signs in',
    world.atApp(known.page.url()),
    known.page.url(),
  )
  checks.same(
    'no session came from a wrong password',
    await world.silently(unknown.page, world.issuer('acme')),
    'login_required',
  )
}
