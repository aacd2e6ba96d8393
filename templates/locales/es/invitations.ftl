# Being asked to join an organization
invitation-heading = Invitación a { $tenant }
invitation-by = { $inviter } le invita.
invitation-for = Para
invitation-role = Función
invitation-until = Válida hasta
invitation-accept = Aceptar la invitación
invitation-decline = Rechazar
invitation-sign-in-first = Inicie sesión con esta dirección para responder, o cree su cuenta con ella.
invitation-note = Si no esperaba esto, cierre esta página. No ocurrirá nada.
invitation-own-address = Si esta dirección también es suya, añádala a su cuenta y confírmela allí. Después abra de nuevo el enlace del correo.
invitation-declined = Ha rechazado la invitación
invitation-declined-lede = No será miembro de { $tenant }. Pueden volver a invitarle.
joined = Ahora es miembro de { $tenant }.
joined-already = Ya era miembro de { $tenant }. No ha cambiado nada.

# Why an answer was not taken
invitation_gone = Esta invitación ya no se puede usar.
    .title = La invitación no es válida
    .next = Pida otra a la persona que le invitó.
invitation_address_mismatch = Ha iniciado sesión con una cuenta a la que no se dirige esta invitación.
    .title = La invitación es para otra dirección
    .next = Inicie sesión con la cuenta a la que se dirige la invitación.
unknown_field = El formulario contenía algo que no corresponde.
    .title = Datos inesperados
    .next = Vuelva atrás, recargue la página e inténtelo de nuevo.
