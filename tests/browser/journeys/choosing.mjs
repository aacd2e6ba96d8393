// Several accounts in one browser, several tenants of one person, and consent.
import { BUTTONS, press, submit } from '../hosted.mjs'
import { inspect } from '../inspect.mjs'
import { claims, PEOPLE } from '../world.mjs'

/** Two accounts of one browser: each answers under its own name, neither drives the other out. */
export async function accounts(world) {
  const { checks } = world
  const acme = world.issuer('acme')
  const page = await world.open()
  await world.signIn(page, acme, PEOPLE.alice)

  const second = world.ask(acme, { prompt: 'select_account' })
  await page.goto(second.url)
  checks.same('account chooser: one account', await page.locator('button.pick').count(), 1)
  await press(page, BUTTONS.anotherAccount)
  const answer = await world.finish(page, second, PEOPLE.carol)
  checks.same(
    'the other account answers',
    claims((await world.redeem({ asked: second, answer })).id_token).email,
    PEOPLE.carol.username,
  )

  for (const [index, person] of [PEOPLE.alice, PEOPLE.carol].entries()) {
    const asked = world.ask(acme, { prompt: 'select_account' })
    await page.goto(asked.url)
    checks.same(`account chooser: two accounts, ${index}`, await page.locator('button.pick').count(), 2)
    if (index === 0) await inspect(world, page, 'account-chooser')
    const chosen = await world.finish(page, asked, person)
    const tokens = await world.redeem({ asked, answer: chosen })
    checks.same(
      `account chooser: ${person.username} is who was chosen`,
      claims(tokens.id_token).email,
      person.username,
    )
  }
}

/** carol is a member of two tenants: the platform asks which, or is told. */
export async function tenants(world) {
  const { checks } = world
  const page = await world.open()
  const asked = world.ask(world.issuer())
  await page.goto(asked.url)
  await page.fill('input[name="identifier"]', PEOPLE.carol.username)
  await submit(page, 'identifier')
  await page.fill('input[name="password"]', PEOPLE.carol.password)
  await submit(page, 'password')
  const offered = await page
    .locator('button[name="organization"]')
    .evaluateAll((all) => all.map(({ value }) => value).sort())
  checks.same('tenant chooser: her two tenants', offered.join(), 'acme,globex')
  await inspect(world, page, 'tenant-chooser')

  const organizations = new Map()
  const look = async (slug, redeemable) =>
    organizations.set(slug, claims((await world.redeem(redeemable)).access_token).org_id)
  await look('globex', { asked, answer: await world.finish(page, asked, PEOPLE.carol) })
  const told = world.ask(world.issuer(), { organization: 'acme' })
  await page.goto(told.url)
  checks.that('organization= asks no more', world.atApp(page.url()), page.url())
  await look('acme', { asked: told, answer: Object.fromEntries(new URL(page.url()).searchParams) })
  checks.that('each token has its own tenant', organizations.get('acme') !== organizations.get('globex'), [
    ...organizations,
  ])

  const foreign = world.ask(world.issuer(), { organization: 'acme' })
  const other = await world.open()
  await other.goto(foreign.url)
  const result = await world.finish(other, foreign, PEOPLE.bob).catch((error) => error.message)
  checks.that(
    'no token for a tenant one is not a member of',
    typeof result === 'string' || result.code === undefined,
    result,
  )
}

/** A third party's app asks; no gives access_denied, yes is remembered for exactly what was asked (OAU-08). */
export async function consent(world) {
  const { checks, input } = world
  const extra = { client_id: input.consentClientId, scope: 'openid email', resource: input.consentResource }
  const acme = world.issuer('acme')
  const page = await world.open()
  await world.signIn(page, acme, PEOPLE.alice)

  const denied = world.ask(acme, extra)
  await page.goto(denied.url)
  const shown = await page.innerText('ul.grants')
  checks.that('consent: names the resource', shown.includes(input.consentResource ?? ''), shown)
  await inspect(world, page, 'consent')
  await press(page, BUTTONS.deny)
  checks.same('consent denied', new URL(page.url()).searchParams.get('error'), 'access_denied')
  const silent = async (scope) => {
    await page.goto(world.ask(acme, { ...extra, scope, prompt: 'none' }).url)
    return new URL(page.url()).searchParams.get('error') ?? 'code'
  }
  checks.same('consent is not given by silence', await silent('openid email'), 'consent_required')
  await world.signIn(page, acme, PEOPLE.alice, extra)
  checks.same('consent is remembered', await silent('openid email'), 'code')
  checks.same('consent does not grow', await silent('openid email profile'), 'consent_required')

  const plain = await world.open({ javaScriptEnabled: false })
  await world.signIn(plain, acme, PEOPLE.alice)
  const again = world.ask(acme, { ...extra, prompt: 'consent' })
  await plain.goto(again.url)
  await press(plain, BUTTONS.allow)
  checks.that('consent without script: reaches the app', world.atApp(plain.url()), plain.url())
  const answer = Object.fromEntries(new URL(plain.url()).searchParams)
  checks.same(
    'consent without script: what was asked',
    (await world.redeem({ asked: again, answer })).scope,
    'email openid',
  )
}
