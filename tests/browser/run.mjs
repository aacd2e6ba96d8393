// What every script shares: one JSON argument in, one JSON line out, an end in bounded time.

/** A check that did not hold. Its message is for the person who reads the test's output. */
export class Failed extends Error {}

/** The names of the checks that held; the caller on the Rust side asserts on them, so that none is skipped unseen. */
export class Checks {
  held = []

  /** `condition` must be true; `seen` says what was there instead. */
  that(name, condition, seen) {
    if (!condition) throw new Failed(`${name}: ${seen === undefined ? 'does not hold' : show(seen)}`)
    this.held.push(name)
  }

  same(name, actual, expected) {
    this.that(name, actual === expected, `expected ${show(expected)}, got ${show(actual)}`)
  }

  /** `act` must reject, and with an error for which `why` holds: a refusal for another reason proves nothing. */
  async refuses(name, act, why) {
    let error
    try {
      await act()
    } catch (thrown) {
      error = thrown
    }
    if (error === undefined) throw new Failed(`${name}: was accepted`)
    if (!why(error)) throw new Failed(`${name}: refused for another reason: ${describe(error)}`)
    this.held.push(name)
  }
}

const show = (value) => (typeof value === 'string' ? value : JSON.stringify(value))

export function describe(error) {
  const parts = []
  for (let at = error; at instanceof Error && parts.length < 4; at = at.cause) {
    parts.push([at.name, at.code, at.error, at.message].filter(Boolean).join(' '))
  }
  return parts.join(' <- ') || show(error)
}

/**
 * Runs `main(input, checks)` and leaves the process: 0 with `{"ok":true,"checks":[…],…}` on standard output, or 1 with
 * one line on standard error. `seconds` bounds the whole.
 */
export async function run(main, seconds = 60) {
  const checks = new Checks()
  const late = setTimeout(() => fail(new Failed(`no end within ${seconds} s`), checks), seconds * 1000)
  try {
    const given = process.argv[2] ?? process.env.SUITE_INPUT
    if (given === undefined) throw new Failed('no JSON argument given')
    const found = await main(JSON.parse(given), checks)
    clearTimeout(late)
    process.stdout.write(`${JSON.stringify({ ok: true, checks: checks.held, ...found })}\n`, () =>
      process.exit(0),
    )
  } catch (error) {
    fail(error, checks)
  }
}

function fail(error, checks) {
  const after = checks.held.at(-1) ?? 'nothing'
  const trace = error instanceof Failed ? '' : `\n${error.stack}`
  process.stderr.write(`${describe(error)} (after: ${after})${trace}\n`, () => process.exit(1))
}
