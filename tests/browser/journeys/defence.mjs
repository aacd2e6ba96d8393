// What other pages try with this browser: frames, forged posts, planted cookies.
import { submit } from '../hosted.mjs'
import { listen } from '../listener.mjs'
import { PEOPLE } from '../world.mjs'

const pageOf = (body) => () => ({
  type: 'text/html',
  body: `<!doctype html><html lang="en"><title>mallory</title>${body}</html>`,
})
const quoted = (text) => text.replaceAll('&', '&amp;').replaceAll('"', '&quot;')

/** OAU-09: no page stands in a frame, errors neither. */
export async function frames(world) {
  const { checks } = world
  const targets = {
    'sign-in page': world.ask(world.issuer('acme')).url,
    'error page': world.ask(world.issuer('acme'), { client_id: 'no-such-app' }).url,
    'sign-out page': `${world.issuer('acme')}/oauth2/logout`,
  }
  for (const [name, url] of Object.entries(targets)) {
    const mallory = await listen({ '/': pageOf(`<iframe src="${quoted(url)}"></iframe>`) })
    const page = await world.open()
    await page.goto(mallory.origin)
    const shown = await page.frames()[1].evaluate(() => document.querySelector('main')?.innerText ?? '')
    checks.same(`in a frame: ${name} stays empty`, shown, '')
    mallory.close()
  }
}

/** SES-03: a form on another site, complete with the attacker's own fields, signs nobody in. */
export async function forged_sign_in(world) {
  const { checks } = world
  const attacker = await world.open()
  await attacker.goto(world.ask(world.issuer('acme')).url)
  await attacker.fill('input[name="identifier"]', PEOPLE.alice.username)
  await submit(attacker, 'identifier')
  const { action, fields } = await world.form(attacker, 'input[name="password"]')
  const inputs = Object.entries({ ...fields, password: PEOPLE.alice.password })
    .map(([name, value]) => `<input name="${quoted(name)}" value="${quoted(value)}">`)
    .join('')
  const mallory = await listen({
    '/': pageOf(`<form method="post" action="${quoted(action)}">${inputs}<button>Win</button></form>`),
  })
  const victim = await world.open()
  await victim.goto(mallory.origin)
  const [answer] = await Promise.all([
    victim.waitForResponse((response) => response.request().method() === 'POST'),
    victim.click('button'),
  ])
  checks.that('forged sign-in: refused', answer.status() >= 400 && answer.status() < 500, answer.status())
  checks.same(
    'forged sign-in: nobody is signed in',
    await world.silently(victim, world.issuer('acme')),
    'login_required',
  )
  mallory.close()
}

/** SES-01: what the browser held before the sign-in is worth nothing after it; every cookie is of the strict kind. */
export async function cookies(world) {
  const { checks, input } = world
  const acme = world.issuer('acme')
  const page = await world.open()
  await page.goto(world.ask(acme).url)
  const before = await page.context().cookies(input.base)
  await world.signIn(page, acme, PEOPLE.alice)
  const after = await page.context().cookies(input.base)
  checks.that('cookies: there is one', after.length > 0)
  for (const { name, secure, httpOnly, sameSite, path } of [...before, ...after]) {
    const strict =
      name.startsWith('__Host-') && secure && httpOnly && ['Lax', 'Strict'].includes(sameSite) && path === '/'
    checks.that(`cookie ${name}: __Host-, Secure, HttpOnly, SameSite`, strict, {
      secure,
      httpOnly,
      sameSite,
      path,
    })
  }
  const planted = await world.open()
  await world.plant(planted, before)
  checks.same(
    'a cookie from before the sign-in is worth nothing',
    await world.silently(planted, acme),
    'login_required',
  )

  const copied = await world.open()
  await world.plant(copied, after)
  checks.same('(the one from after it is the session)', await world.silently(copied, acme), 'code')

  await world.signIn(page, acme, PEOPLE.alice, { prompt: 'login' })
  checks.same('a new sign-in ends the old secret', await world.silently(copied, acme), 'login_required')
}

/** A session of one tenant says nothing at another (SES-07), and the platform's says who, not more. */
export async function strangers(world) {
  const { checks } = world
  const page = await world.open()
  await world.signIn(page, world.issuer('acme'), PEOPLE.alice)
  checks.same('signed in at home', await world.silently(page, world.issuer('acme')), 'code')
  const elsewhere = await world.silently(page, world.issuer('globex'))
  checks.that(
    'no answer from a tenant one is not a member of',
    ['login_required', 'interaction_required', 'access_denied'].includes(elsewhere),
    elsewhere,
  )
}
