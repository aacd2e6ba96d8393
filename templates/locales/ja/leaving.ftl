# A copy of everything
account-data = データ
account-data-lede = プロフィール、アドレス、ログイン方法、デバイス、組織、アプリ、起きたことなど、保存されているすべてを1つのファイルにまとめます。パスワードは含まれません。
account-data-note = ファイルは他の人に渡さないでください。入手した人はすべてを読むことができます。
account-data-download = ファイルをダウンロード

# The end of an account
account-deletion = アカウントの削除
account-deletion-lede = アカウントは申請から7日後に削除されます。それまでは、ここで、または確認済みの各アドレスにお送りするリンクから、取り消すことができます。
account-deletion-gone = 名前、パスワード、デバイス、メンバー資格、アプリのアクセス権は完全に失われます。その後30日間、アドレスは他のアカウントで使用できません。
account-deletion-ask = アカウントを削除する
account-deletion-owner = 次の組織の唯一の所有者です。先に別の人を所有者にしてください。
account-deletion-due = アカウントは{ $date }に削除されます。
account-deletion-keep = アカウントを残す
keep-heading = アカウントを残しますか？
keep-note = 削除を続ける場合は、このページを閉じてください。
kept-heading = アカウントは残ります
kept-lede = 削除されません。申請した覚えがない場合は、新しいパスワードを設定してください。
