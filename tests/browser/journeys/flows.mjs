// What people do that no flow chart shows: two tabs, the back button, the same step twice, no cookies.
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { withProfile } from '../chromium.mjs'
import { submit } from '../hosted.mjs'
import { inspect } from '../inspect.mjs'
import { PEOPLE } from '../world.mjs'

async function toPassword(page, asked, person) {
  await page.goto(asked.url)
  await page.fill('input[name="identifier"]', person.username)
  await submit(page, 'identifier')
}

/** Two tabs, each in the middle of its own sign-in: both arrive, each with its own answer. */
export async function two_tabs(world) {
  const { checks } = world
  const first = await world.open()
  const second = await first.context().newPage()
  world.watch(second)
  const asked = [world.ask(world.issuer('acme')), world.ask(world.issuer('acme'))]
  await toPassword(first, asked[0], PEOPLE.alice)
  await toPassword(second, asked[1], PEOPLE.alice)
  const answers = [
    await world.finish(first, asked[0], PEOPLE.alice),
    await world.finish(second, asked[1], PEOPLE.alice),
  ]
  for (const [index, answer] of answers.entries()) {
    const tokens = await world.redeem({ asked: asked[index], answer })
    checks.same(`tab ${index + 1} gets its own tokens`, tokens.status, 200)
  }
}

/** After a sign-in: the back button and the same post once more end on a clear page and give no second code. */
export async function back_and_again(world) {
  const { checks } = world
  const page = await world.open()
  const asked = world.ask(world.issuer('acme'))
  await toPassword(page, asked, PEOPLE.alice)
  const form = await world.form(page, 'input[name="password"]')
  form.fields.password = PEOPLE.alice.password
  await world.finish(page, asked, PEOPLE.alice)

  await page.goBack()
  checks.same('back button: says that it is done', await world.fault(page), 'flow_replayed')
  await inspect(world, page, 'flow-replayed')
  const again = await world.post(page, form)
  checks.that('replayed post: refused', again.status() >= 400 && again.status() < 500, again.status())
  checks.that('replayed post: clear words', (await again.text()).includes('data-code="flow_replayed"'))
  checks.same('replayed post: leads nowhere', again.headers().location, undefined)

  const other = await world.open()
  const stolen = await world.post(other, form)
  checks.that(
    "another browser cannot post into one's flow",
    stolen.status() >= 400 && stolen.status() < 500,
    stolen.status(),
  )
  checks.same('and gets no session', await world.silently(other, world.issuer('acme')), 'login_required')
}

/** A step of a flow that no longer (or never) was: the same page, whatever the handle looks like. */
export async function lost_flow(world) {
  const { checks } = world
  const page = await world.open()
  await toPassword(page, world.ask(world.issuer('acme')), PEOPLE.alice)
  const form = await world.form(page, 'input[name="password"]')
  const spoilt = (value) =>
    value.replace(/[A-Za-z0-9_-]{20,}/g, (handle) => handle.split('').reverse().join(''))
  const fields = Object.fromEntries(Object.entries(form.fields).map(([name, value]) => [name, spoilt(value)]))
  const answer = await world.post(page, {
    action: spoilt(form.action),
    fields: { ...fields, password: PEOPLE.alice.password },
  })
  checks.that('unknown flow: refused', answer.status() >= 400 && answer.status() < 500, answer.status())
  checks.that(
    'unknown flow: clear words',
    /data-code="(flow_expired|browser_mismatch|invalid_request|page_unknown)"/.test(await answer.text()),
  )
  await page.goto(`${world.issuer('acme')}/login?flow=${'x'.repeat(43)}`)
  checks.that(
    'unknown flow in the address: clear words',
    (await world.fault(page)) !== undefined,
    await page.innerText('body'),
  )
  checks.same('unknown flow: no session', await world.silently(page, world.issuer('acme')), 'login_required')
}

/** A browser that keeps no cookies is told so, instead of going round in circles. */
export async function cookies_off(world) {
  const profile = mkdtempSync(join(tmpdir(), 'no-cookies-'))
  mkdirSync(join(profile, 'Default'))
  const preferences = { profile: { default_content_setting_values: { cookies: 2 } } }
  writeFileSync(join(profile, 'Default', 'Preferences'), JSON.stringify(preferences))
  try {
    await withProfile(world.input.chromium, profile, async (page) => {
      world.watch(page)
      await page.goto(world.ask(world.issuer('acme')).url)
      if ((await world.fault(page)) === undefined) {
        await page.fill('input[name="identifier"]', PEOPLE.alice.username)
        await submit(page, 'identifier')
      }
      world.checks.same('cookies off: says so', await world.fault(page), 'cookies_off')
      world.checks.same('cookies off: truly', (await page.context().cookies()).length, 0)
      await inspect(world, page, 'cookies-off')
    })
  } finally {
    rmSync(profile, { recursive: true, force: true })
  }
}
