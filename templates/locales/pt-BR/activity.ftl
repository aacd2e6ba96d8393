# What happened to an account
account-activity = Atividade
account-activity-lede = O que aconteceu na sua conta, do mais recente ao mais antigo. Os horários estão em UTC.
account-activity-none = Não há nada aqui.
account-activity-older = Anteriores
account-activity-newest = Voltar ao mais recente

# The events of a person
event-signin-succeeded = Entrada na conta
event-session-ended = Saída em um dispositivo
event-sessions-revoked = Saída em vários dispositivos de uma vez
event-identity-created = A conta foi criada
event-identity-deleted = A conta foi excluída
event-credential-changed = A senha foi definida
event-credential-removed = A senha foi removida
event-password-reset = Uma nova senha foi definida por e-mail
event-credential-add-denied = Algo não foi adicionado, pois nenhum endereço está confirmado
event-email-claimed = Um endereço de e-mail foi adicionado
event-email-verified = Um endereço de e-mail foi confirmado
event-email-claim-evicted = Outra pessoa confirmou um endereço que aqui não estava confirmado
event-email-stale = Um endereço de e-mail precisa ser confirmado de novo: ele recusa mensagens há muito tempo
event-email-retired = Um endereço de e-mail foi removido
event-email-changed = O endereço principal foi alterado
event-email-change-undone = A alteração do endereço principal foi desfeita
event-profile-changed = O nome ou o idioma foi alterado
event-member-changed = Sua participação em uma organização mudou
event-invitation-accepted = Um convite foi aceito
event-invitation-declined = Um convite foi recusado
event-account-exported = Seus dados foram baixados
event-deletion-requested = A exclusão da conta foi pedida
event-deletion-cancelled = A conta foi mantida
event-deletion-postponed = A exclusão da conta foi adiada
