// Every page as a person sees it: pictures, axe-core, another language, and the form_post answer.
import { BUTTONS, press, submit } from '../hosted.mjs'
import { inspect } from '../inspect.mjs'
import { PEOPLE } from '../world.mjs'

/** The pages of the ordinary way, and those that say no. */
export async function appearance(world) {
  const { input } = world
  const acme = world.issuer('acme')
  const page = await world.open()
  await page.goto(`${input.base}/demo`)
  await inspect(world, page, 'demo')
  await press(page, `button[name="person"][value="${PEOPLE.alice.username}"]`)
  await submit(page, 'identifier')
  await submit(page, 'password')
  await inspect(world, page, 'demo-tokens')
  await press(page, 'form[action="/demo/sign-out"] button')
  await press(page, BUTTONS.signOut)
  await page.goto(world.ask(acme).url)
  await inspect(world, page, 'identifier')
  await page.fill('input[name="identifier"]', PEOPLE.alice.username)
  await submit(page, 'identifier')
  await inspect(world, page, 'password')
  await page.goto(world.ask(world.issuer()).url)
  await inspect(world, page, 'identifier-platform')
  await page.goto(world.ask(acme, { client_id: 'no-such-app' }).url)
  await inspect(world, page, 'app-unknown')
  await page.goto(world.ask(world.issuer('no-such-tenant')).url)
  await inspect(world, page, 'tenant-unknown')
}

/** A language by the browser's wish, and by the app's. */
export async function languages(world) {
  const { checks } = world
  const ask = () => world.ask(world.issuer('acme')).url
  const german = await world.open({ locale: 'de-DE' })
  await german.goto(ask())
  checks.same('language: as the browser asks', await german.getAttribute('html', 'lang'), 'de')
  await inspect(world, german, 'identifier-de')
  for (const [asked, given] of [
    ['fr-CA', 'fr'],
    ['es-MX', 'es'],
    ['pt-PT', 'pt-BR'],
    ['ja-JP', 'ja'],
  ]) {
    const page = await world.open({ locale: asked })
    await page.goto(ask())
    checks.same(`language: ${asked}`, await page.getAttribute('html', 'lang'), given)
    await inspect(world, page, `identifier-${given}`)
  }
  const discovery = await fetch(`${world.issuer('acme')}/.well-known/openid-configuration`)
  const { ui_locales_supported: listed } = await discovery.json()
  checks.same('language: all are listed', listed.join(), 'en,de,fr,es,pt-BR,ja')
  const english = await world.open({ locale: 'it-IT' })
  await english.goto(ask())
  checks.same('language: English where there is no other', await english.getAttribute('html', 'lang'), 'en')
  await english.goto(world.ask(world.issuer('acme'), { ui_locales: 'xx de' }).url)
  checks.same('language: as the app asks', await english.getAttribute('html', 'lang'), 'de')
}

/** response_mode=form_post: by itself with script, by a button without. */
export async function form_post(world) {
  const { checks, app } = world
  const acme = world.issuer('acme')
  for (const javaScriptEnabled of [true, false]) {
    const how = javaScriptEnabled ? 'with script' : 'without script'
    const page = await world.open({ javaScriptEnabled })
    const asked = world.ask(acme, { response_mode: 'form_post' })
    await page.goto(asked.url)
    await page.fill('input[name="identifier"]', PEOPLE.alice.username)
    await submit(page, 'identifier')
    await page.fill('input[name="password"]', PEOPLE.alice.password)
    await submit(page, 'password')
    if (!javaScriptEnabled) await press(page, 'form#answer button')
    await page.waitForURL((url) => world.atApp(url.href))
    const answer = app.requests.findLast(({ url }) => world.atApp(url))
    checks.same(`form_post ${how}: posted`, answer.method, 'POST')
    checks.same(`form_post ${how}: nothing in the address`, new URL(answer.url).search, '')
    const fields = Object.fromEntries(new URLSearchParams(answer.body))
    checks.same(`form_post ${how}: state`, fields.state, asked.state)
    checks.same(`form_post ${how}: issuer`, fields.iss, acme)
    checks.same(
      `form_post ${how}: its code serves`,
      (await world.redeem({ asked, answer: fields })).status,
      200,
    )
  }
}
