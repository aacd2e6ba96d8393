// A tenant's looks: its names, its colour, and its logo, which comes from another origin.
import { submit } from '../hosted.mjs'
import { inspect } from '../inspect.mjs'
import { PEOPLE } from '../world.mjs'

const LOGO =
  '<svg xmlns="http://www.w3.org/2000/svg" width="160" height="40"><rect width="160" height="40" fill="#7a5c00"/></svg>'

/** The pages of a tenant with a pale colour and a logo; `input.branded` is what its file says. */
export async function branding(world) {
  const { checks, input } = world
  const { slug, name, primary, product, logo } = input.branded
  const page = await world.open()
  const asked = []
  await page.route(`${new URL(logo).origin}/**`, (route) => {
    asked.push(route.request())
    return route.fulfill({ contentType: 'image/svg+xml', body: LOGO })
  })
  await page.goto(world.ask(world.issuer(slug)).url)
  const image = page.locator('header.brand img')
  checks.same('branding: the logo says whose it is', await image.getAttribute('alt'), product)
  checks.same('branding: the logo is shown', await image.evaluate(({ naturalWidth }) => naturalWidth), 160)
  checks.same('branding: nothing else is fetched elsewhere', asked.map((one) => one.url()).join(), logo)
  const { referer, cookie } = await asked[0].allHeaders()
  checks.same('branding: the logo hears of nobody', [referer, cookie].join(), ',')
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
