// Signing out: asked by a person, by an app, or by somebody who has no business to.
import { BUTTONS, press } from '../hosted.mjs'
import { inspect } from '../inspect.mjs'
import { PEOPLE } from '../world.mjs'

/** Without a hint the page asks; only the button changes anything (SES-04). */
export async function sign_out(world) {
  const { checks } = world
  const acme = world.issuer('acme')
  const page = await world.open()
  await world.signIn(page, acme, PEOPLE.alice)
  await page.goto(`${acme}/oauth2/logout`)
  await inspect(world, page, 'sign-out')
  const form = await world.form(page, BUTTONS.signOut)
  checks.same('sign-out: looking is not leaving', await world.silently(page, acme), 'code')

  const bare = await world.post(page, { ...form, fields: {} })
  checks.that(
    'sign-out: a post without its token is refused',
    bare.status() >= 400 && bare.status() < 500,
    bare.status(),
  )
  checks.same('sign-out: and changes nothing', await world.silently(page, acme), 'code')

  await page.goto(`${acme}/oauth2/logout`)
  await press(page, BUTTONS.signOut)
  await inspect(world, page, 'signed-out')
  checks.same('sign-out: the session has ended', await world.silently(page, acme), 'login_required')
}

/** An app's request ends only the session that its hint names, and leads only where the app has registered. */
export async function app_sign_out(world) {
  const { checks, app } = world
  const acme = world.issuer('acme')
  const [page, victim] = [await world.open(), await world.open()]
  const mine = await world.redeem(await world.signIn(page, acme, PEOPLE.alice))
  const theirs = await world.redeem(await world.signIn(victim, acme, PEOPLE.carol))
  const back = `${app.origin}/logged-out`
  const logout = (hint, to) => {
    const asked = new URLSearchParams({ post_logout_redirect_uri: to, ...(hint && { id_token_hint: hint }) })
    return `${acme}/oauth2/logout?${asked}`
  }

  const [header, payload, signature] = theirs.id_token.split('.')
  const forged = [header, payload, signature.split('').reverse().join('')].join('.')
  for (const [name, hint] of [
    ["another person's hint", mine.id_token],
    ['a forged hint', forged],
  ]) {
    await victim.goto(logout(hint, back))
    checks.same(`${name} ends nothing by itself`, await world.silently(victim, acme), 'code')
  }
  await victim.goto(logout(theirs.id_token, back))
  if (!victim.url().startsWith(back)) await press(victim, BUTTONS.signOut)
  checks.that('sign-out by the app returns to it', victim.url().startsWith(back), victim.url())
  checks.same('and the session has ended', await world.silently(victim, acme), 'login_required')
  checks.same('and nobody else is signed out', await world.silently(page, acme), 'code')

  const unregistered = [
    'https://mallory.test/',
    `${app.origin}/elsewhere`,
    `${back}/../elsewhere`,
    `${back}?x=1`,
    '//mallory.test',
  ]
  const leads = [
    ...unregistered.map((to) => [to, (hint) => hint, to]),
    ['the app without a hint', () => '', back],
    ['the app by a forged hint', () => forged, back],
  ]
  for (const [name, hint, to] of leads) {
    const { id_token } = await world.redeem(await world.signIn(page, acme, PEOPLE.alice))
    await page.goto(logout(hint(id_token), to))
    if ((await page.locator(BUTTONS.signOut).count()) > 0) await press(page, BUTTONS.signOut)
    checks.that(
      `no redirect to ${name.replace(app.origin, 'app')}`,
      page.url().startsWith(world.input.base),
      page.url(),
    )
  }
}
