using System.Collections.Immutable;

namespace SyncFunctions.App.Problems;

/// <summary>What a type of problem tells people on its page.</summary>
/// <param name="Meaning">In a sentence or two.</param>
/// <param name="Causes">The usual ones, the most likely first.</param>
/// <param name="Steps">What to do, in order.</param>
public sealed record ProblemText(string Meaning, ImmutableArray<string> Causes, ImmutableArray<string> Steps)
{
    /// <summary>A type without a text is a mistake that a test finds.</summary>
    public static readonly ImmutableDictionary<ProblemType, ProblemText> All = new Dictionary<ProblemType, ProblemText>
    {
        [ProblemType.InvalidRequest] = new(
            "Something in the address, the query or the body of the request is missing, unknown or of the wrong form. Nothing was done.",
            ["A member or a query parameter is misspelt, or is not one of this address.", "A value is of the wrong type, too long, or not one of the choices.", "The body is not JSON, or its content type is not application/json."],
            ["Read errors: each names what is wrong and where, as a pointer into the body.", "Compare the request with the address in /api/openapi.json, and send it corrected."]),
        [ProblemType.KeyRefused] = new(
            "The address takes a key of its own, and what was sent is not one that it accepts.",
            ["The key was replaced or ended, or belongs to another flow.", "An administrator has switched off posting of records for the organisation."],
            ["Ask an administrator for the flow's key; a new one can be made at any time and is shown once.", "Send it in the header x-flow-key, or as a bearer token."]),
        [ProblemType.SignInNeeded] = new(
            "The request came from nobody that is known here.",
            ["The session has ended, because of its age or because it was not used for a while.", "A key is missing, was revoked or has expired."],
            ["In a browser: sign in again; you come back to where you were.", "From a program: send a key that is good, as a bearer token. An administrator can make one."]),
        [ProblemType.SignInRefused] = new(
            "There is no account with this e-mail address and this password. Which of the two is wrong is not said.",
            ["A slip of the keys, or another password than the one of this account.", "The account is one of your organisation's issuer, and has no password here."],
            ["Try again; after a few attempts each takes longer.", "If the page offers to sign in by your organisation, do that.", "A forgotten password: ask an administrator of your organisation to take you out and to invite you again."]),
        [ProblemType.NotAllowed] = new(
            "You are known here, but this is not among the things that you may do.",
            ["Your role allows less than this needs.", "A group narrows you to some flows or to some kinds of work."],
            ["Ask an administrator of your organisation to do it, or to change your role or your groups."]),
        [ProblemType.NotFound] = new(
            "Nothing stands at this address, or nothing that you may see. Which of the two is not said.",
            ["An id is misspelt, or belongs to another organisation.", "It was deleted meanwhile, or is so old that it is no longer kept.", "The flow is outside what your groups let you see."],
            ["Go to the list that it should stand in, and follow it from there.", "If it should be there, ask an administrator whether you may see it."]),
        [ProblemType.AlreadyExists] = new(
            "Something with this id exists already, and was left as it is.",
            ["The same request was sent before and had succeeded.", "Somebody else chose the same id."],
            ["Look at what stands there; it may be what you were about to make.", "Otherwise choose another id, or leave it out to be given one."]),
        [ProblemType.ChangedMeanwhile] = new(
            "Somebody else, or a sync, changed the same thing at the same moment. Your change was not made.",
            ["Two people work on the same record or settings.", "A sync was writing the record just then."],
            ["Look at it again, and repeat the change if it is still wanted."]),
        [ProblemType.ChangedSince] = new(
            "The change was to be made of what you had read, and that is not what stands there any more. Nothing was changed.",
            ["Somebody else has saved a change of the same settings meanwhile.", "The same settings are open in two windows."],
            ["Read it again, look at what is different, and make your change anew.", "From a program: send the new ETag in If-Match."]),
        [ProblemType.FlowBusy] = new(
            "A run of this flow is on its way, and two of a kind never run at once.",
            ["A sync was started by hand, by somebody else, or by its schedule.", "An import or a comparison of everything takes its time."],
            ["Wait for the run to end; the problem says since when and why it runs.", "Or pause or cancel that run first."]),
        [ProblemType.ProjectBusy] = new(
            "The project is being synchronised, or waits for its turn. It is not begun a second time.",
            ["Somebody else has asked for it, or a change has started it.", "The project rests for a while after each sync."],
            ["Wait; what was changed meanwhile goes over with the run that is under way or with the next."]),
        [ProblemType.ProjectOff] = new(
            "The project is switched off, so nothing of it flows.",
            ["Somebody has switched it off or disconnected it.", "It was completed or archived, and the flow switches such projects off after a while."],
            ["Switch the project on, then try again. One that was disconnected stays off for good."]),
        [ProblemType.CannotEnable] = new(
            "The project cannot flow as things are in the other system.",
            ["It is archived there.", "It was deleted there."],
            ["Make it active there, then switch it on here."]),
        [ProblemType.RunNotLikeThat] = new(
            "The run is in a state in which this cannot be done to it.",
            ["It has ended already.", "It is paused already, or is not paused."],
            ["Look at the run: its state says what can be done."]),
        [ProblemType.NotBraked] = new(
            "No deletions or archivings of this kind wait for an answer.",
            ["Somebody else has answered already.", "So few were left that they needed none."],
            ["Look at the brakes of the flow again."]),
        [ProblemType.Disconnected] = new(
            "It was disconnected for good. That is never taken back, so that what was separated does not grow together by itself.",
            ["Somebody has disconnected the flow or the project."],
            ["Make a new flow, or link the records anew by hand where that is possible."]),
        [ProblemType.FlowOff] = new(
            "The flow is switched off or has not gone live yet, so it moves nothing.",
            ["Its setup is not finished.", "Somebody has switched it off."],
            ["Finish the setup, or switch the flow on, then try again. A dry run works without."]),
        [ProblemType.NotConnected] = new(
            "One of the two systems does not accept the app's credentials any more, or never got any.",
            ["The consent was withdrawn, or the person who gave it has left or changed the password.", "The consent was never finished.", "The system ends consents that are not used for a long time."],
            ["Open the connection and connect it again. What was changed meanwhile comes over afterwards; nothing is lost."]),
        [ProblemType.SetupOrder] = new(
            "The setup of a flow goes step by step, and this step is not the one it is at.",
            ["A step before it is not done.", "The import has begun, or the flow is set up already."],
            ["Open the setup of the flow: it shows the step it is at and what is missing."]),
        [ProblemType.CannotLink] = new(
            "The records cannot be linked, written or separated like that. Both were left as they are.",
            ["One of them is linked with another record.", "One of them was deleted, or cannot be found.", "A filter or a rule of the flow keeps it out."],
            ["Read what the problem says about the two records; separate or correct them first."]),
        [ProblemType.LastAdministrator] = new(
            "Nobody would be left who may do everything for the organisation. Nothing was changed.",
            ["The person is the only administrator who is neither disabled nor narrowed by groups."],
            ["Make somebody else an administrator first, then repeat the change."]),
        [ProblemType.AlreadyDone] = new(
            "That was done already, and is not done twice.",
            ["Somebody else has done it.", "The same request, with the same Idempotency-Key, had succeeded. Its answer held a secret that is shown only once, and so was not kept."],
            ["Look at what stands there now.", "If a secret was lost, make a new one with a request of its own."]),
        [ProblemType.StillRunning] = new(
            "A request with the same Idempotency-Key is being worked on.",
            ["The first attempt takes long, or its answer was lost on the way."],
            ["Send it again a little later with the same key: you then get the answer of the first."]),
        [ProblemType.BodyTooLarge] = new(
            "The body of the request is larger than this address takes.",
            ["It holds more than was meant, such as a file."],
            ["Send less, or in several requests. The problem says how much is taken."]),
        [ProblemType.CredentialsRefused] = new(
            "The system was asked at once, and does not accept these credentials. They were not stored.",
            ["They are misspelt or incomplete.", "They were revoked, or belong to another environment of that system."],
            ["Copy them again from the other system, or make new ones there."]),
        [ProblemType.RightMissing] = new(
            "The other system knows the credentials, but they do not allow what the sync needs.",
            ["The person who gave the consent is no administrator there.", "A right was left out, or was taken away later."],
            ["Give the right that the problem names, or connect again as an administrator of that system."]),
        [ProblemType.OtherAccount] = new(
            "The credentials are good, but for another account than this connection's. They were not stored, since records of two accounts would be mixed.",
            ["The browser was signed in to another account of that system."],
            ["Sign in to the account that the problem names, or make another connection for the other account."]),
        [ProblemType.SignedInUserUnmatched] = new(
            "The person who connected the system must be matched with a person on the other side before the setup goes on.",
            ["The two have different e-mail addresses in the two systems.", "The person was left out in the staff match."],
            ["Go back to the staff match and match that person."]),
        [ProblemType.KeyReused] = new(
            "The Idempotency-Key was sent before with another request. An answer that belongs to something else is not given.",
            ["A program uses the same key for different requests."],
            ["Use a new key for each new request, and the same one only to repeat it."]),
        [ProblemType.TooMany] = new(
            "More requests came than are taken at a time. Nothing was done with this one.",
            ["A program sends without pausing.", "Many attempts to sign in came from the same address."],
            ["Wait as long as Retry-After says, then send it again."]),
        [ProblemType.NotStored] = new(
            "The app could not store what was sent, and so has not taken it.",
            ["The storage of the app is not reachable for a moment."],
            ["Send it again; nothing is doubled by that."]),
        [ProblemType.NotReady] = new(
            "Something that the app needs does not answer: its tables, its queues or the vault with its keys.",
            ["Storage or Key Vault has an outage, or can't be reached from the app's network.", "The app's identity has lost a role."],
            ["Ask again with the operator's key: the answer then says which of them it is.", "Look at the log, and at the health of the storage account and the vault."]),
        [ProblemType.VendorRefused] = new(
            "The other system did not do what the app asked of it. Its own words stand in the problem.",
            ["A value does not follow its rules, or something that it requires is empty.", "The record is locked or was deleted there."],
            ["Correct the record as the other system's words say, then try again."]),
        [ProblemType.VendorUnavailable] = new(
            "The other system does not answer now, or has had as many calls as it allows.",
            ["It is down or in maintenance.", "Its limit of calls is used up for a while."],
            ["Wait; the app tries by itself whatever is its own to do.", "Repeat what you did by hand after the time that Retry-After says."]),
        [ProblemType.Internal] = new(
            "The app failed at something that it should be able to do.",
            ["A mistake in the app, or a service that it needs was not reachable."],
            ["Try again after a minute.", "If it stays, tell whoever runs the app the trace_id of the problem: the log tells more under it."]),
    }.ToImmutableDictionary();
}
