# Why a new password is not taken
password-too-short = パスワードは { $count } 文字以上にしてください。いくつかの単語を並べると良いパスワードになります。
password-too-long = このパスワードは長すぎます。最長は 256 文字です。
password-weak = このパスワードは簡単に推測されます。
password-breached = このパスワードは、他所で漏えいしたパスワードの一覧に含まれています。別のものを選んでください。

# What makes it weak
password-warning-key-row = キーボードの一列に並んだ文字は簡単に推測されます。
password-warning-key-pattern = キーボード上の短いパターンは簡単に推測されます。
password-warning-repeats = 「aaa」のような繰り返しは簡単に推測されます。
password-warning-repeated-text = 「abcabc」のような繰り返しは「abc」とほとんど変わらず推測されます。
password-warning-common = 多くの人が使っているパスワードに似ています。
password-warning-sequence = 「abc」や「6543」のような連続した文字は簡単に推測されます。
password-warning-year = 最近の年は簡単に推測されます。
password-warning-single-word = 一つの単語だけでは簡単に推測されます。
password-warning-date = 日付は推測されやすいものです。
password-warning-name = 名前は簡単に推測されます。

# What would make it stronger
password-advice-few-words = いくつかの単語を使い、よく知られた言い回しは避けてください。
password-advice-no-symbols-needed = 記号、数字、大文字は必要ありません。
password-advice-another-word = 単語をもう一つか二つ加えてください。珍しい単語ほど効果的です。
password-advice-capitals = 大文字にしても、あまり効果はありません。
password-advice-reversed = 逆さに書いた単語も、推測の難しさはあまり変わりません。
password-advice-substitutions = 「a」を「@」にするような置き換えは、あまり効果がありません。
password-advice-longer-pattern = もっと長く、方向の変化が多いキーボードのパターンを使ってください。
password-advice-no-repeats = 単語や文字の繰り返しを避けてください。
password-advice-no-sequences = 連続した文字を避けてください。
password-advice-no-dates = 日付や年、特にご自身に関するものを避けてください。
