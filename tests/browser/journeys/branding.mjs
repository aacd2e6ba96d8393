// A tenant's looks: its names, its colour, and its logo, which Gatehouse fetched from another origin.
import { freshContext } from '../chromium.mjs'
import { submit } from '../hosted.mjs'
import { inspect } from '../inspect.mjs'
import { PEOPLE } from '../world.mjs'

/** The pages of a tenant with a pale colour and a logo; `input.branded` is what its file says. */
export async function branding(world) {
  const { checks, input } = world
  const { slug, name, primary, product } = input.branded
  const page = await world.open()
  const asked = []
  page.on('request', (request) => asked.push(request))
  await page.goto(world.ask(world.issuer(slug)).url)
  const image = page.locator('header.brand img')
  checks.same('branding: the logo says whose it is', await image.getAttribute('alt'), product)
  checks.same('branding: the logo is shown', await image.evaluate(({ naturalWidth }) => naturalWidth), 160)
  const base = new URL(input.base).origin
  checks.same(
    'branding: everything is fetched from our own origin',
    [...new Set(asked.map((one) => new URL(one.url()).origin))].join(),
    base,
  )
  const logo = asked.filter((one) => one.resourceType() === 'image').map((one) => new URL(one.url()))
  checks.same('branding: the logo is fetched from the issuer', logo.map((url) => url.pathname).join(), `/t/${slug}/logo`)
  await alone(world, logo[0].href)
  checks.that('branding: the title names the product', (await page.title()).endsWith(`– ${product}`))
  checks.same('branding: the foot names the tenant', await page.innerText('footer span >> nth=0'), name)
  const fill = () =>
    page.locator('button.primary').evaluate((button) => getComputedStyle(button).backgroundColor)
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' })
  checks.same('branding: the button is in the colour', await fill(), primary)
  await inspect(world, page, 'identifier-branded')
  await page.fill('input[name="identifier"]', PEOPLE.alice.username)
  await submit(page, 'identifier')
  await inspect(world, page, 'password-branded')
  await page.goto(world.ask(world.issuer(slug), { client_id: 'no-such-app' }).url)
  await inspect(world, page, 'app-unknown-branded')
}

/** The logo opened by itself, unwatched: the file holds script, of which the browser complains, and a style, which it takes. */
async function alone({ browser, checks }, url) {
  const page = await (await freshContext(browser)).newPage()
  await page.goto(url)
  const { ran, origin, fill } = await page.evaluate(() => ({
    ran: document.documentElement.getAttribute('data-ran'),
    origin: self.origin,
    fill: getComputedStyle(document.querySelector('rect')).fill,
  }))
  checks.same('logo alone: no script runs', ran, null)
  checks.same('logo alone: it is of no origin', origin, 'null')
  checks.same('logo alone: it is shown', fill, 'rgb(122, 92, 0)')
}

/** The pages of a tenant whose logo cannot be had; `input.branded.bare` is its slug, `bareName` its name. */
export async function no_logo(world) {
  const { checks, input } = world
  const { bare, bareName } = input.branded
  const page = await world.open()
  await page.goto(world.ask(world.issuer(bare)).url)
  const image = page.locator('header.brand img')
  checks.same('no logo: its name stands in its place', await image.getAttribute('alt'), bareName)
  await inspect(world, page, 'identifier-logo-failed')
  await page.reload()
  checks.same('no logo: not tried again', await image.count(), 0)
  checks.same('no logo: the name is shown', await page.innerText('header.brand .product'), bareName)
}
