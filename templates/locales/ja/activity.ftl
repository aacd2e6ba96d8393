# What happened to an account
account-activity = アクティビティ
account-activity-lede = アカウントで起きたことを新しい順に示します。時刻は協定世界時です。
account-activity-none = 表示するものはありません。
account-activity-older = 以前のもの
account-activity-newest = 最新に戻る

# The events of a person
event-signin-succeeded = ログイン
event-session-ended = 1台のデバイスでログアウト
event-sessions-revoked = 複数のデバイスで一度にログアウト
event-identity-created = アカウントを作成
event-identity-deleted = アカウントを削除
event-credential-changed = パスワードを設定
event-credential-removed = パスワードを削除
event-password-reset = メールで新しいパスワードを設定
event-credential-add-denied = 確認済みのアドレスがないため追加を中止
event-email-claimed = メールアドレスを追加
event-email-verified = メールアドレスを確認
event-email-claim-evicted = ここで未確認だったアドレスを他の人が確認
event-email-stale = 長期間メールを受け付けなかったため、メールアドレスの再確認が必要になりました
event-email-retired = メールアドレスを削除
event-email-changed = メインのアドレスを変更
event-email-change-undone = メインのアドレスの変更を取り消し
event-profile-changed = 名前または言語を変更
event-member-changed = 組織のメンバー資格が変更
event-invitation-accepted = 招待を承諾
event-invitation-declined = 招待を辞退
event-account-exported = データをダウンロード
event-deletion-requested = アカウントの削除を申請
event-deletion-cancelled = アカウントの削除を取り消し
event-deletion-postponed = アカウントの削除を延期
