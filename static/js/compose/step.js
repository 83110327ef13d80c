// The editor of an email step of a campaign: that of a template, with attachments and the picker of templates.
import "./template.js";
import "./files.js";
import "./drop.js";
import "./templates.js";
