# すべてのページの言葉
continue = 続ける
sign-in = ログイン
sign-in-again = もう一度ログイン
sign-out = ログアウト
start-again = 最初からやり直す
title-problem = エラー:
to-app = 「{ $app }」に進みます
signed-in-as = { $address } でログイン中
operation-label = お問い合わせ用の参照番号

# アドレス
identifier-label = メールアドレス
identifier-placeholder = name@company.co.jp
identifier-chooser = ログイン済みのアカウントを選ぶ

# パスワード
password-heading = パスワードを入力
password-label = パスワード
password-change = ご本人ではない場合

# アカウントの選択
accounts-heading = アカウントを選択
accounts-sign-out-of = ログアウト: { $address }
labelled = { $label }：{ $value }
label-above = { $label }：
listed = { $list }、{ $next }
accounts-other = 別のアカウントを使用

# 組織の選択
tenants-heading = 組織を選択
tenants-none = ここでは、まだどの組織にも所属していません。追加してもらえるよう、管理者に依頼してください。
tenants-elsewhere = お探しの組織が見つからない場合は、管理者にお尋ねください。別の場所で運用されている組織には、専用のログインアドレスがあります。

# 同意
consent-title = 「{ $app }」を許可しますか？
consent-heading = 「{ $app }」がアカウントへのアクセスを求めています
consent-host = 許可すると { $host } に進みます
consent-scopes = 「{ $app }」ができるようになること:
consent-allow = 許可
consent-deny = 拒否
consent-note = 「{ $app }」を信頼できる場合にのみ許可してください。
scope-openid = ログイン時に、あなたが誰であるかを確認する
scope-profile = お名前と基本的なプロフィールを表示する
scope-email = メールアドレスを表示する
scope-offline-access = 利用していない間も接続を維持する
scope-custom = 権限「{ $scope }」を使用する

# ログアウト
sign-out-heading = ログアウトしますか？
sign-out-lede = このブラウザーでの { $product } のセッションが終了します。
sign-out-stay = ログインしたままにする
signed-out-heading = ログアウトしました
signed-out-lede = このウィンドウを閉じても問題ありません。
signed-out-return = 「{ $app }」に戻る

# フォームによる応答
form-post-title = 少々お待ちください
form-post-lede = アプリに戻ります。画面が変わらない場合は、ボタンを押して続けてください。

# ホーム
home-title = アカウント
home-heading = ログインしています
home-lede = このブラウザーで { $product } に使用しているアカウントです。
home-welcome = { $product } へようこそ
home-signed-out = ログインしていません。
