// People who have lost their password, and those who ask for more mail than one needs.
import { press } from '../hosted.mjs'
import { BETTER, GOOD, answer, bothWays, heading, settle } from '../mailed.mjs'

/** From the password page to a new password: by code, with notice, and out of every other browser. */
export const recovery = (world) =>
  bothWays(world, 'recovery', async (way) => {
    const address = way.address('ada')
    const old = await way.open()
    await settle(world, way, old, address)

    const page = await way.open()
    const asked = world.ask(world.issuer())
    await page.goto(asked.url)
    await answer(page, { identifier: address })
    await press(page, 'a[href*="/recover"]')
    way.same('begins', await heading(page), 'Set a new password')
    way.same('the address is kept', await page.inputValue('#address'), address)
    await way.look(page, 'recovery')
    await answer(page, { address })
    await way.look(page, 'recovery-code')
    const letter = await way.letters.next(address, 2)
    way.same('the subject', letter.subject, 'A new password for Gatehouse')
    way.same('the mail changes nothing', await world.silently(old, world.issuer()), 'code')
    await answer(page, { code: letter.code })
    way.same('a new password is asked for', await heading(page), 'Set a new password')
    await way.look(page, 'recovery-password')
    await answer(page, { password: 'password1234' })
    const refused = await world.fault(page)
    way.that('a weak password', refused?.startsWith('password_'), refused)
    await way.look(page, 'recovery-password-weak')
    way.same('the proof changes nothing', await world.silently(old, world.issuer()), 'code')
    await answer(page, { password: BETTER })
    const told = await page.locator('[role="status"]').innerText()
    way.same('says so', told, 'Your new password is set. Sign in with it.')
    await way.look(page, 'recovery-renewed')
    const notice = await way.letters.next(address, 3)
    way.same('the notice', notice.subject, 'Your Gatehouse password was changed')
    way.same('the old session has ended', await world.silently(old, world.issuer()), 'login_required')
    await answer(page, { password: GOOD })
    way.same('the old password is wrong', await world.fault(page), 'wrong_credentials')
    await answer(page, { password: BETTER })
    await page.waitForURL((url) => world.atApp(url.href))
    const got = Object.fromEntries(new URL(page.url()).searchParams)
    way.same('back at the app', (await world.redeem({ asked, answer: got })).status, 200)
  })

/** Five mails an hour are enough for one address from one place; the sixth is refused in words. */
export const too_many_mails = (world) =>
  bothWays(world, 'too_many_mails', async (way) => {
    const address = way.address('ada')
    const page = await way.open()
    await page.goto(`${world.input.base}/signup`)
    await answer(page, { address })
    for (let sent = 1; sent < 5; sent += 1) await press(page, 'form[action$="/verify/again"] button')
    way.same('five are sent', await world.fault(page), undefined)
    const answered = page.waitForResponse((response) => response.request().method() === 'POST')
    await press(page, 'form[action$="/verify/again"] button')
    const refused = await answered
    way.same('the sixth is refused', refused.status(), 429)
    const wait = Number(await refused.headerValue('retry-after'))
    way.that('says when', wait > 0 && wait <= 3600, wait)
    const words = await page.innerText('main')
    way.that('in words', /You can try again in (\d+|one) (second|minute|hour)s?/.test(words), words)
    way.same('its code', await world.fault(page), 'throttled')
    await way.look(page, 'mail-throttled')
    await way.letters.next(address, 5)
    way.same('no sixth mail', way.letters.to(address).length, 5)
  })
