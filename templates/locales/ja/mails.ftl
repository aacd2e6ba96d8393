# すべてのメールの言葉
mail-greeting = { $name } 様
mail-valid = 有効期間は { $minutes } 分です。コードを入力済みの場合、このメールの役目は終わっています。
mail-plain-link = ボタンが使えない場合は、次のアドレスを開いてください。
mail-what-happened = このメールの内容
mail-fact-account = アカウント
mail-fact-time = 日時
mail-fact-network = ネットワーク
mail-fact-device = ブラウザー
mail-fact-address = メールアドレス
mail-fact-new-address = 新しいアドレス
mail-fact-old-address = 以前のアドレス
mail-fact-until = 有効期限
mail-fact-due = 予定日
mail-footer = このアドレスが { $product } で使われたため、送信しています。当方からコードやリンクをお尋ねすることはありません。誰にも渡さないでください。
mail-account = アカウントを開く
mail-forgot = 新しいパスワードを設定する
mail-sign-in = ログイン
mail-not-you = 心当たりがない場合は、すぐに新しいパスワードを設定し、アカウントのメールアドレスとデバイスを確認してください。

# アカウントの作成
mail-sign-up-code = アドレスの確認
    .subject = { $product } のアドレスの確認
    .lede = アカウントの作成を始めた画面に、次のコードを入力してください。
    .button = アドレスを確認する
    .unasked = アカウントの作成に心当たりがない場合は、このメールを無視してください。コードがなければ作成されません。
mail-already-have-account = アカウントはすでにあります
    .subject = { $product } のアカウントはすでにあります
    .lede = このアドレスでアカウントを作成しようとした人がいます。すでにアカウントがあるため、何も変わっていません。
    .unasked = 心当たりがなくても、何もする必要はありません。

# アドレス
mail-prove-address = アドレスの確認
    .subject = { $product } のアドレスの確認
    .lede = アドレスを追加した画面に、次のコードを入力してください。
    .button = アドレスを確認する
    .unasked = 心当たりがない場合は、このメールを無視してください。コードがなければ何も起こりません。
mail-address-added = アドレスが追加されました
    .subject = { $product } のアカウントにアドレスが追加されました
    .lede = アカウントのアドレスが一つ増えました。
mail-address-change-requested = メインのアドレスの変更が求められました
    .subject = { $product } のアカウントのメインのアドレスの変更が求められました
    .lede = 新しいアドレスが確認されると、アカウントのメインのアドレスが変わります。それまでは何も変わりません。
    .unasked = 心当たりがない場合は、アカウントから新しいアドレスを削除し、新しいパスワードを設定してください。
mail-address-changed = メインのアドレスが変わりました
    .subject = { $product } のアカウントのメインのアドレスが変わりました
    .lede = アカウントのメインのアドレスが変わりました。
    .button = 変更を取り消す
    .unasked = 心当たりがない場合は、上のボタンで変更を取り消してください。すべてのデバイスからログアウトされ、パスワードも削除されます。
mail-address-restored = メインのアドレスが元に戻りました
    .subject = { $product } のアカウントのメインのアドレスが元に戻りました
    .lede = 以下のアドレスが、再びアカウントのメインのアドレスになりました。ほかのブラウザーはログアウトされました。メールのリンクから元に戻した場合は、パスワードも削除されています。新しいパスワードを設定してください。
mail-address-removed = アドレスが削除されました
    .subject = { $product } のアカウントからアドレスが削除されました
    .lede = 次のアドレスはアカウントから削除されました。
mail-address-stale = アドレスにメールが届きません
    .subject = { $product } のアカウントのアドレスにメールが届きません
    .lede = 次のアドレス宛のメールが長い間戻ってきています。アドレスはアカウントに残りますが、もう一度確認するまで、サインインにも新しいパスワードの設定にも使えません。
    .unasked = 今もお使いのアドレスであれば、アカウントでもう一度確認してください。そうでなければ、アカウントから削除してください。
mail-nothing-changed = 何も変わっていません
    .subject = { $product } であなたのアドレスが入力されました
    .lede = このアドレスを別のアカウントに追加しようとした人がいます。あなたのアカウントのアドレスなので、何も変わっていません。
    .unasked = 何もする必要はありません。ご自身でアカウントを二つお持ちの場合は、先に一方からアドレスを削除してください。

# パスワードとログイン
mail-recovery-code = 新しいパスワードの設定
    .subject = { $product } の新しいパスワード
    .lede = 新しいパスワードを求めた画面に、次のコードを入力してください。
    .button = 新しいパスワードを設定する
    .unasked = 心当たりがない場合は、このメールを無視してください。パスワードは変わりません。
mail-password-changed = パスワードが変更されました
    .subject = { $product } のパスワードが変更されました
    .lede = 新しいパスワードが有効になり、ほかのブラウザーはログアウトされました。
mail-new-device = 新しいブラウザーでのログイン
    .subject = { $product } のアカウントへの新しいログイン
    .lede = これまで使われていなかったブラウザーで、アカウントが使われました。
mail-refused-tries = 誤ったパスワードが何度も試されました
    .subject = { $product } のアカウントへの誤ったパスワード
    .lede = 誤ったパスワードが何度も試されたため、制限しました。これによって入られたことはありません。
    .unasked = 同じパスワードをほかでも使っている場合は、新しいものを設定してください。そうでなければ、何もする必要はありません。

# 招待
mail-invitation = 招待が届いています
    .subject = { $tenant } への招待
    .lede = { $tenant } に招待されています。役割：{ $role }
    .by = { $inviter } さんが { $tenant } に招待しています。役割：{ $role }
    .button = 招待を開く
    .unasked = 心当たりがない場合は、このメールを無視してください。招待を承諾しないかぎり、何も起こりません。
mail-role-owner = 所有者
mail-role-admin = 管理者
mail-role-auditor = 監査担当
mail-role-member = メンバー

# 退会
mail-deletion-requested = アカウントは削除されます
    .subject = { $product } のアカウントは削除されます
    .lede = アカウントの削除が求められました。次の日時までは取り消せます。
    .button = アカウントを残す
    .unasked = 心当たりがない場合は、上のボタンでアカウントを残し、新しいパスワードを設定してください。
mail-deletion-postponed = アカウントは削除されていません
    .subject = { $product } のアカウントは削除されていません
    .lede = その間に { $tenants } の唯一の所有者になりました。別の人を所有者にしてください。下の日付に再び試みます。
    .button = アカウントを残す
    .unasked = 取りやめる場合は、上のボタンからアカウントを残してください。
mail-account-deleted = アカウントは削除されました
    .subject = { $product } のアカウントは削除されました
    .lede = アカウントと、それに属するすべてのものが削除されました。これが最後のメールです。
    .unasked = 心当たりがない場合は、下のアドレスでサービスの運営者にお問い合わせください。

# 設定
mail-test = メールは正しく動いています
    .subject = { $product } からの試験メール
    .lede = メールサーバーを試すために送信されたメールです。無事に届きました。
    .unasked = このサービスを運営していない場合は、このメールを無視してください。
