# The page of the account
account-title = アカウント
account-open = アカウントを管理
account-back = アカウントに戻る
account-save = 保存
account-manage = 管理

# Name and language
account-profile = 名前と言語
account-unnamed = 名前は未設定です
account-language = 言語
account-language-auto = ブラウザーの設定に従う
account-language-note = お送りするメールとこのページに使われます。

# Addresses
account-addresses = メールアドレス
account-addresses-lede = コードとお知らせは、確認済みのアドレスにのみお送りします。
account-address-primary = メインのアドレス
account-address-proven = 確認済み
account-address-unproven = 未確認
account-address-lapsed = 再確認が必要です
account-address-refused = { $date }以降、このアドレスへのメールは拒否されています。メールが届けば、この表示は消えます。このメールボックスを使っていない場合は、別のアドレスをメインにして、これを削除してください。
account-address-prove = 確認する
account-address-promote = メインにする
account-address-remove = 削除
account-address-add = アドレスを追加
account-address-add-lede = ご本人のものであることを確認するため、コードをお送りします。
account-address-add-promote = 確認後にメインのアドレスにする

# Password
account-password = パスワード
account-password-since = { $date }に設定
account-password-none = パスワードは設定されていません。
account-password-change = パスワードを変更
account-password-note = ここではログインしたままになり、他の場所ではすべてログアウトされます。

# Devices
account-sessions = デバイス
account-sessions-count = { $count }台のデバイスでログイン中
account-sessions-lede = ログイン中の場所です。心当たりのないものは終了してください。
account-session-here = このブラウザー
account-session-unknown = 不明なデバイス
account-session-seen = 最終使用: { $date }
account-session-end = 終了
account-session-end-others = 他をすべて終了

# Organizations
account-organizations = 組織
account-organizations-none = どの組織のメンバーでもありません。
account-organizations-only = 組織を通じてログインしているため、その組織に関する内容のみを表示しています。
account-organization-open = 開く
account-organization-leave = 脱退
account-leave-heading = 「{ $tenant }」から脱退しますか？
account-leave-lede = アプリへのアクセスは直ちに失われます。再び参加するには管理者の許可が必要です。
account-stay = 脱退しない

# A change of the main address taken back
undo-heading = 変更を取り消しますか？
undo-lede = { $old } が再びアカウントのメインのアドレスになります。
undo-removes = { $new } はアカウントから削除されます。
undo-consequence = すべてログアウトされ、パスワードは削除されます。その後、新しいパスワードを設定します。
undo-confirm = 変更を取り消す
undone-heading = 変更を取り消しました
undone-lede = すべてログアウトされました。新しいパスワードを設定してください。

# Apps
account-apps = 連携中のアプリ
account-apps-lede = これらのアプリはアカウントにアクセスできます。削除すると、再び許可が必要になります。
account-apps-none = アカウントにアクセスできるアプリはありません。
account-app-since = { $date }から
account-app-revoke = アクセスを取り消す

# Why something of it did not work
full_session_required = 組織を通じてログインしています。この操作にはご自身でのログインが必要です。
    .title = ご自身のパスワードでログインしてください
    .next = ログアウトし、このサービスのトップページを開いて、ご自身のパスワードでログインしてください。
email_verification_required = 先にメールアドレスを確認してください。
    .title = アドレスの確認が必要です
    .next = アドレスの一覧に戻り、登録済みのアドレスを確認してください。
address_held = このアドレスはアカウントに追加できません。
    .title = 使用できないアドレスです
    .next = 別のアドレスをお使いください。両方のアカウントをお持ちの場合は、先にもう一方から削除してください。
address_known = このアドレスはすでにアカウントに登録されています。
    .title = 登録済みのアドレスです
    .next = アドレスの一覧に戻ってください。
address_primary = これはメインのアドレスです。
    .title = メインのアドレスは削除できません
    .next = 先に別の確認済みアドレスをメインにしてください。
address_undoable = 最近までメインのアドレスでした。変更を取り消せるよう、3日間は残ります。
    .title = 今は削除できません
    .next = 変更から3日が過ぎたら削除してください。
addresses_full = アカウントに登録できるアドレスは10件までです。
    .title = アドレスが多すぎます
    .next = 先にアドレスを1件削除してください。
last_owner = この組織の唯一の所有者です。
    .title = 最後の所有者は脱退できません
    .next = 先に別の人を所有者にしてください。
undo_gone = このリンクは無効です。すでに使用されたか、期限が過ぎています。
    .title = リンクの期限が切れています
    .next = 他の人がアカウントを使っている場合は、新しいパスワードを設定してください。
