# What happened to an account
account-activity = Actividad
account-activity-lede = Lo que ha ocurrido en su cuenta, lo más reciente primero. Las horas están en UTC.
account-activity-none = Aquí no hay nada.
account-activity-older = Anteriores
account-activity-newest = Volver a lo más reciente

# The events of a person
event-signin-succeeded = Inicio de sesión
event-session-ended = Sesión cerrada en un dispositivo
event-sessions-revoked = Sesión cerrada en varios dispositivos a la vez
event-identity-created = Se creó la cuenta
event-identity-deleted = Se eliminó la cuenta
event-credential-changed = Se estableció la contraseña
event-credential-removed = Se eliminó la contraseña
event-password-reset = Se estableció una contraseña nueva por correo
event-credential-add-denied = No se añadió algo porque no hay ninguna dirección confirmada
event-email-claimed = Se añadió un correo electrónico
event-email-verified = Se confirmó un correo electrónico
event-email-claim-evicted = Otra persona confirmó una dirección que aquí no estaba confirmada
event-email-stale = Un correo electrónico debe confirmarse de nuevo: lleva mucho tiempo rechazando mensajes
event-email-retired = Se quitó un correo electrónico
event-email-changed = Se cambió la dirección principal
event-email-change-undone = Se deshizo el cambio de la dirección principal
event-profile-changed = Se cambió el nombre o el idioma
event-member-changed = Cambió su pertenencia a una organización
event-invitation-accepted = Se aceptó una invitación
event-invitation-declined = Se rechazó una invitación
event-account-exported = Se descargaron sus datos
event-deletion-requested = Se pidió eliminar la cuenta
event-deletion-cancelled = La cuenta se conserva
event-deletion-postponed = Se aplazó la eliminación de la cuenta
