// Every page's modules. Each is one behaviour, found by attributes and listening on the document, so that parts
// which come later have it too.
import "./ask.js";
import "./compose/forget.js";
import "./control.js";
import "./copy.js";
import "./countdown.js";
import "./find.js";
import "./fit.js";
import "./keys.js";
import "./live.js";
import "./notice.js";
import "./pad.js";
import "./pick.js";
import "./rows.js";
import "./select.js";
import "./typed.js";
import "./window.js";
