# Being asked to join an organization
invitation-heading = { $tenant } への招待
invitation-by = { $inviter } さんからの招待です。
invitation-for = 宛先
invitation-role = 役割
invitation-until = 有効期限
invitation-accept = 招待を承諾する
invitation-decline = 辞退する
invitation-sign-in-first = 回答するには、このアドレスでログインするか、このアドレスでアカウントを作成してください。
invitation-note = お心当たりがない場合は、このページを閉じてください。何も変更されません。
invitation-own-address = このアドレスもご自身のものである場合は、アカウントに追加して確認を済ませてから、メールのリンクをもう一度開いてください。
invitation-declined = 招待を辞退しました
invitation-declined-lede = { $tenant } のメンバーにはなりません。あらためて招待を受けることはできます。
joined = { $tenant } のメンバーになりました。
joined-already = すでに { $tenant } のメンバーです。変更はありません。

# Why an answer was not taken
invitation_gone = この招待は使用できなくなりました。
    .title = 招待が無効です
    .next = 招待した方に、新しい招待を依頼してください。
invitation_address_mismatch = この招待の対象ではないアカウントでログインしています。
    .title = 招待は別のアドレス宛てです
    .next = 招待の対象であるアカウントでログインしてください。
unknown_field = フォームに不要な項目が含まれていました。
    .title = 予期しない入力
    .next = 前のページに戻り、再読み込みしてからもう一度お試しください。
