# Proving the address of a sign-in, and accounts that the tenant made
confirm-lede = このアドレスはまだ確認されていません。確認しておくと、パスワードをなくしてもメールで戻れます。
confirm-then = そのあと新しいパスワードを設定します。渡されたパスワードをほかの人も知っているかもしれないためです。
confirm-later = 今はしない
waiting-heading = あなたのアカウントが用意されています
waiting-lede = { $tenant } がこのアドレスでアカウントを作成しています。使うには、そのアカウントの今のパスワードを入力してください。
waiting-then = そのあと新しいパスワードを設定すると、ほかのすべての端末はサインアウトされます。
waiting-use = このアカウントを使う
waiting-instead = 代わりに新しいアカウントを作成する
waiting-note = 新しいアカウントは空の状態です。{ $tenant } に保存されているものは、用意されたアカウントに残ります。

# What comes next for somebody new
welcome-title = ようこそ
welcome-heading = { $name } さん、ようこそ
welcome-lede = アカウントの準備ができました。次にできることは次のとおりです。
welcome-own = あなた専用の組織
welcome-own-note = あなただけのものです。個人で使うアプリは、ここにデータを保存します。
welcome-invitations = あなたへの招待
welcome-invitations-note = 回答しない招待は、期限まで有効です。
welcome-apps = アプリ
welcome-account = あなたのアカウント
welcome-account-note = 名前と言語の変更、アドレスの追加、サインイン中の端末の確認ができます。

# A sign-in of one's own
own-heading = 自分のサインイン方法を設定する
own-lede = 現在は { $tenant } を通してサインインしています。自分のアドレスとパスワードがあれば、それがなくてもサインインできます。
own-then = 自分のアドレスを入力してください。そこにコードを送信します。そのあとパスワードを設定し、両方を使ってサインインします。

# The address of an invitation
invitation-prove = このアドレスも自分のものです。確認する
