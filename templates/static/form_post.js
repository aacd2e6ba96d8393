// Sends the answer of an OAuth 2.0 Form Post response without a click; the button does the same without script.
document.getElementById("answer").submit();
