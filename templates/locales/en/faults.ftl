# Why something did not work: the sentence, the title of its page, and what to do next.
wait-seconds = { $count ->
    [one] in one second
   *[other] in { $count } seconds
}
wait-minutes = { $count ->
    [one] in one minute
   *[other] in { $count } minutes
}
wait-hours = { $count ->
    [one] in one hour
   *[other] in { $count } hours
}

wrong_credentials = This email address and password do not match. Check both and try again.
    .title = That did not match
    .next = Go back and enter your address and password again.
identifier_invalid = Enter an email address, such as name@example.com.
    .title = Email address needed
    .next = Go back and enter your full email address.
password_missing = Enter your password.
    .title = Password needed
    .next = Go back and enter your password.
throttled = There were too many tries. You can try again { $wait }.
    .title = Too many tries
    .next = Waiting is all that is needed. Your account is safe.
busy = A lot of people are signing in right now.
    .title = One moment, please
    .next = Wait a few seconds, then try again.
flow_expired = This sign-in was left open for too long.
    .title = This sign-in has expired
    .next = Go back to the app and start again. Nothing has been lost.
flow_replayed = This sign-in has already been completed or cancelled.
    .title = This step is already done
    .next = Go back to the app. If it does not know you yet, start again from there.
cookies_off = Your browser did not keep our cookie, so we cannot tell who is signing in.
    .title = Cookies are needed
    .next = Allow cookies for this site, then go back to the app and start again.
browser_mismatch = This sign-in was started in another browser or window.
    .title = Started somewhere else
    .next = Finish it where you began, or go back to the app and start again here.
not_a_member = This account does not belong to this organization.
    .title = No access to this organization
    .next = Sign in with another account, or ask an administrator to add you.
tenant_unknown = There is no organization at this address.
    .title = Organization not found
    .next = Check the address for typing mistakes, or ask your administrator for the right one.
tenant_suspended = Signing in to this organization is switched off at present.
    .title = Organization not available
    .next = Please contact your administrator.
app_unknown = The app that sent you here is not registered with us.
    .title = App not found
    .next = Go back and tell the people who run the app about it.
app_not_entitled = This organization does not use this app.
    .title = App not available
    .next = Ask an administrator to make it available to your organization.
redirect_uri_mismatch = The app asked us to send you to an address that is not registered for it. For your safety we stopped here.
    .title = We cannot return you to the app
    .next = Go back and tell the people who run the app about it.
invalid_request = We could not understand the request that brought you here.
    .title = Something is wrong with this link
    .next = Go back to the app and start again. If that does not help, tell the people who run it.
request_too_large = The request was larger than anything we expect here.
    .title = Request too large
    .next = Go back to the app and start again.
session_ended = Your session has ended.
    .title = Please sign in again
    .next = Start again to sign in.
page_unknown = There is no page at this address.
    .title = Page not found
    .next = Check the address for typing mistakes.
method_unknown = This address cannot be used in this way.
    .title = That does not work here
    .next = Go back to the app and start again.
server_error = Something went wrong on our side.
    .title = We are sorry
    .next = Try again in a moment. If it keeps happening, give the reference below to support.
