// People who make an account: from an app, from the sign-in page, in their language, without a mouse, a second time.
import { press } from '../hosted.mjs'
import { tabsThrough } from '../keyboard.mjs'
import { GOOD, answer, bothWays, heading } from '../mailed.mjs'
import { PEOPLE, claims } from '../world.mjs'

/** What an app gets of somebody who has just come back to it. */
async function arrived(world, page, asked) {
  await page.waitForURL((url) => world.atApp(url.href))
  const got = Object.fromEntries(new URL(page.url()).searchParams)
  const tokens = await world.redeem({ asked, answer: got })
  return { state: got.state, tokens, person: tokens.id_token ? claims(tokens.id_token) : {} }
}

/** An app sends a stranger to make an account (prompt=create), and gets somebody with a proven address. */
export const sign_up_from_app = (world) =>
  bothWays(world, 'sign_up', async (way) => {
    const address = way.address('ada')
    const page = await way.open()
    const asked = world.ask(world.issuer(), { prompt: 'create' })
    await page.goto(asked.url)
    way.same('begins', await heading(page), 'Create an account')
    await way.look(page, 'signup')
    await answer(page, { address })
    way.same('a code is asked for', await heading(page), 'Check your email')
    const letter = await way.letters.next(address)
    way.same('the subject', letter.subject, 'Confirm your address for Gatehouse')
    await way.look(page, 'signup-code')
    await answer(page, { code: letter.code === '000000' ? '000001' : '000000' })
    way.same('a wrong code', await world.fault(page), 'code_wrong')
    await way.look(page, 'signup-code-wrong')
    await answer(page, { code: letter.code })
    way.same('the details', await heading(page), 'Almost done')
    const details = page.url()
    await way.look(page, 'signup-details')
    await answer(page, { name: 'Ada Archer', password: 'short' })
    way.same('a short password', await world.fault(page), 'password_too_short')
    const explained = await page.locator('#unfit').innerText()
    way.that('a short password is explained', /\d+ characters/.test(explained), explained)
    way.same('the name stays', await page.inputValue('#name'), 'Ada Archer')
    way.same('the password does not', await page.inputValue('#password'), '')
    await way.look(page, 'signup-details-short')
    way.same('nobody yet', await world.silently(await way.open(), world.issuer()), 'login_required')
    await answer(page, { name: 'Ada Archer', password: GOOD })
    const { state, tokens, person } = await arrived(world, page, asked)
    way.same('back at the app', state, asked.state)
    way.same('tokens', tokens.status, 200)
    way.same('the address', person.email, address)
    way.same('it is proven', person.email_verified, true)
    way.same('the name', person.name, 'Ada Archer')
    await page.goto(details)
    way.same('no form on the way back', await page.locator('input[name="password"]').count(), 0)
  })

/** From the sign-in page by the mailed link; where it is opened makes the difference. */
export const sign_up_by_link = (world) =>
  bothWays(world, 'sign_up_by_link', async (way) => {
    const { base } = world.input
    const address = way.address('ada')
    const page = await way.open()
    await page.goto(`${base}/login`)
    await press(page, 'a[href*="/signup"]')
    await answer(page, { address })
    const link = (await way.letters.next(address)).link('/verify')
    const stranger = await way.open()
    await stranger.goto(link)
    way.same('elsewhere', await heading(stranger), 'Go on where you began')
    way.same('elsewhere: nothing to press', await stranger.locator('form').count(), 0)
    await way.look(stranger, 'link-elsewhere')
    await page.goto(link)
    way.same('at home', await heading(page), 'Is this your email address?')
    way.that('the token left the address', !page.url().includes('token'), page.url())
    await way.look(page, 'signup-link')
    await page.goto(link)
    way.same('opened again', await heading(page), 'Is this your email address?')
    await press(page, 'form[action$="/verify/link"] button')
    way.same('the details', await heading(page), 'Almost done')
    await answer(page, { name: 'Ada Archer', password: GOOD })
    way.same('what comes next', page.url(), `${base}/welcome`)
    way.same('a greeting', await heading(page), 'Welcome, Ada Archer')
    const told = await page.innerText('main')
    way.that('an organisation of their own', told.includes('Your own organization'), told)
    await way.look(page, 'welcome')
    await tabsThrough(page, 'welcome by keyboard', world.checks)
    await press(page, 'a[href$="/account"].secondary')
    way.same('on to the account', await heading(page), 'Your account')
    await page.goto(`${base}/welcome`)
    way.same('there again', await heading(page), 'Welcome, Ada Archer')
    await page.goto(`${base}/`)
    const home = await page.innerText('main')
    way.that('the home page knows them', home.includes(address), home)
    // Known, but the person of no app yet: whoever signs up for an app may use that one.
    way.same('signed in', await world.silently(page, world.issuer()), 'access_denied')
    way.same('elsewhere: nobody', await world.silently(stranger, world.issuer()), 'login_required')
    await page.goto(link)
    way.same('the link is spent', await page.locator('form[action$="/verify/link"]').count(), 0)
  })

const bare = (html, address) =>
  html.replaceAll(address, 'ADDRESS').replace(/[A-Za-z0-9_.~-]{20,}/g, 'HANDLE')

/** Whoever has an account already learns it by mail; whoever only watches the page learns nothing. */
export const sign_up_known = (world) =>
  bothWays(world, 'sign_up_known', async (way) => {
    const { base } = world.input
    const before = way.letters.to(PEOPLE.alice.username).length
    const seen = []
    for (const address of [PEOPLE.alice.username, way.address('eve')]) {
      const page = await way.open()
      await page.goto(`${base}/signup`)
      const shown = await answer(page, { address })
      seen.push({ status: shown.status(), body: bare(await shown.text(), address) })
    }
    way.same('the same status', seen[0].status, seen[1].status)
    way.same('the same page', seen[0].body, seen[1].body)
    const letter = await way.letters.next(PEOPLE.alice.username, before + 1)
    way.same('the mail says it', letter.subject, 'You already have an account with Gatehouse')
    way.same('no code', letter.code, undefined)
    way.same('no proof', letter.link('/verify'), undefined)
    const page = await way.open()
    await page.goto(letter.link('/login'))
    way.same('a link to sign in', await page.locator('input[name="identifier"]').count(), 1)
    await page.goto(letter.link('/recover'))
    way.same('a link to a new password', await heading(page), 'Set a new password')
  })

/** The whole way by Tab and Enter. */
export const sign_up_by_keyboard = (world) =>
  bothWays(world, 'sign_up_by_keyboard', async (way) => {
    const address = way.address('ada')
    const page = await way.open()
    const asked = world.ask(world.issuer(), { prompt: 'create' })
    await page.goto(asked.url)
    const focused = () => page.evaluate(() => document.activeElement?.getAttribute('name'))
    const types = async (name, words) => {
      way.same(`${name} has the focus`, await focused(), name)
      await page.keyboard.type(words)
    }
    const enter = async () => {
      const answered = page.waitForEvent('load')
      await page.keyboard.press('Enter')
      await answered
    }
    const tour = async (name) => {
      await tabsThrough(page, `${name} by keyboard`, world.checks)
      await page.locator(`input[name="${name}"]:not([type="hidden"])`).focus()
    }
    await tour('address')
    await types('address', address)
    await enter()
    const { code } = await way.letters.next(address)
    await tour('code')
    await types('code', code)
    await enter()
    await tour('name')
    await types('name', 'Ada Archer')
    await page.keyboard.press('Tab')
    await types('password', 'short')
    await enter()
    way.same('a short password', await world.fault(page), 'password_too_short')
    await types('password', GOOD)
    await enter()
    way.same('tokens', (await arrived(world, page, asked)).tokens.status, 200)
  })

const SUBJECTS = {
  de: 'Bestätigen Sie Ihre Adresse für Gatehouse',
  ja: 'Gatehouse のアドレスの確認',
}

/** In German as the app asks, in Japanese as the browser does: pages and mail. */
export const sign_up_in_other_words = (world) =>
  bothWays(world, 'sign_up_in_other_words', async (way) => {
    for (const [language, extra, locale] of [
      ['de', { ui_locales: 'de' }, 'en-US'],
      ['ja', {}, 'ja-JP'],
    ]) {
      const address = way.address(language)
      const page = await way.open({ locale })
      const asked = world.ask(world.issuer(), { prompt: 'create', ...extra })
      const spoken = async (where) =>
        way.same(`${where} speaks ${language}`, await page.getAttribute('html', 'lang'), language)
      await page.goto(asked.url)
      await spoken('the first page')
      await answer(page, { address })
      await spoken('the code page')
      await way.look(page, `signup-code-${language}`, { widths: [320] })
      const letter = await way.letters.next(address)
      way.same(`the mail speaks ${language}`, letter.language, language)
      way.same(`the subject speaks ${language}`, letter.subject, SUBJECTS[language])
      await answer(page, { code: letter.code })
      await answer(page, { name: 'Ada Archer', password: 'short' })
      await spoken('the refusal')
      await way.look(page, `signup-details-${language}`, { widths: [320] })
      await answer(page, { name: 'Ada Archer', password: GOOD })
      const { tokens, person } = await arrived(world, page, asked)
      way.same(`tokens in ${language}`, tokens.status, 200)
      way.same(`the address in ${language}`, person.email, address)
      way.same(`the person speaks ${language}`, person.locale, language)
    }
  })
