# Why a new password is not taken
password-too-short = A password has at least { $count } characters. A few words make a good one.
password-too-long = This password is too long. The longest has 256 characters.
password-weak = This password is too easy to guess.
password-breached = This password is on a list of passwords that have leaked elsewhere. Please choose another one.

# What makes it weak
password-warning-key-row = Straight rows of keys are easy to guess.
password-warning-key-pattern = Short patterns on the keyboard are easy to guess.
password-warning-repeats = Repeats such as “aaa” are easy to guess.
password-warning-repeated-text = Repeats such as “abcabc” are hardly harder to guess than “abc”.
password-warning-common = It is close to a password that many people use.
password-warning-sequence = Sequences such as “abc” or “6543” are easy to guess.
password-warning-year = Recent years are easy to guess.
password-warning-single-word = A word by itself is easy to guess.
password-warning-date = Dates are often easy to guess.
password-warning-name = Names are easy to guess.

# What would make it stronger
password-advice-few-words = Use a few words, but no well-known phrase.
password-advice-no-symbols-needed = Symbols, digits and capital letters are not needed.
password-advice-another-word = Add another word or two. Uncommon words are better.
password-advice-capitals = Capital letters do not help very much.
password-advice-reversed = Words written backwards are not much harder to guess.
password-advice-substitutions = Substitutions such as “@” for “a” do not help very much.
password-advice-longer-pattern = Use a longer pattern on the keyboard, with more turns.
password-advice-no-repeats = Avoid repeated words and characters.
password-advice-no-sequences = Avoid sequences.
password-advice-no-dates = Avoid dates and years, above all your own.
