using System.Reflection;

namespace SyncFunctions.App.Problems;

/// <summary>A kind of refusal, as in RFC 9457: the same address, status and title for every occurrence.</summary>
public sealed record ProblemType(string Name, int Status, string Title)
{
    public static readonly ProblemType InvalidRequest = new("invalid-request", 400, "The request is not as it must be.");
    public static readonly ProblemType KeyRefused = new("key-refused", 401, "The key is not accepted.");
    public static readonly ProblemType SignInNeeded = new("sign-in-needed", 401, "Nobody is signed in.");
    public static readonly ProblemType SignInRefused = new("sign-in-refused", 401, "The e-mail address or the password is wrong.");
    public static readonly ProblemType NotAllowed = new("not-allowed", 403, "That is not allowed to you.");
    public static readonly ProblemType NotFound = new("not-found", 404, "There is no such thing here.");
    public static readonly ProblemType AlreadyExists = new("already-exists", 409, "The id is taken.");
    public static readonly ProblemType ChangedMeanwhile = new("changed-meanwhile", 409, "Somebody else changed it at the same time.");
    public static readonly ProblemType FlowBusy = new("flow-busy", 409, "The flow is not idle.");
    public static readonly ProblemType ProjectBusy = new("project-busy", 409, "The project is not idle.");
    public static readonly ProblemType ProjectOff = new("project-off", 409, "The project is switched off.");
    public static readonly ProblemType CannotEnable = new("cannot-enable", 409, "The project cannot be switched on now.");
    public static readonly ProblemType RunNotLikeThat = new("run-not-like-that", 409, "The run is not in a state for that.");
    public static readonly ProblemType NotBraked = new("not-braked", 409, "No brake holds.");
    public static readonly ProblemType Disconnected = new("disconnected", 409, "It was disconnected for good.");
    public static readonly ProblemType FlowOff = new("flow-off", 409, "The flow is switched off.");
    public static readonly ProblemType NotConnected = new("not-connected", 409, "A connection of the flow needs a person.");
    public static readonly ProblemType SetupOrder = new("setup-order", 409, "A step before this one is not done.");
    public static readonly ProblemType CannotLink = new("cannot-link", 409, "The records cannot be linked like that.");
    public static readonly ProblemType LastAdministrator = new("last-administrator", 409, "A tenant needs an administrator.");
    public static readonly ProblemType AlreadyDone = new("already-done", 409, "That was done already.");
    public static readonly ProblemType StillRunning = new("still-running", 409, "The same request is still being worked on.");
    public static readonly ProblemType ChangedSince = new("changed-since", 412, "It has changed since it was read.");
    public static readonly ProblemType BodyTooLarge = new("body-too-large", 413, "The body is too large.");
    public static readonly ProblemType CredentialsRefused = new("credentials-refused", 422, "The system does not accept the credentials.");
    public static readonly ProblemType RightMissing = new("right-missing", 422, "The credentials lack a right.");
    public static readonly ProblemType OtherAccount = new("other-account", 422, "The credentials belong to another account.");
    public static readonly ProblemType SignedInUserUnmatched = new("signed-in-user-unmatched", 422, "The person who signed in must be matched.");
    public static readonly ProblemType KeyReused = new("idempotency-key-reused", 422, "The idempotency key belongs to another request.");
    public static readonly ProblemType TooMany = new("too-many-requests", 429, "Too many requests.");
    public static readonly ProblemType NotStored = new("not-stored", 503, "It could not be stored; send it again.");
    public static readonly ProblemType VendorRefused = new("vendor-refused", 502, "The other system refused the request.");
    public static readonly ProblemType VendorUnavailable = new("vendor-unavailable", 503, "The other system cannot be reached now.");
    public static readonly ProblemType NotReady = new("not-ready", 503, "The app cannot do its work now.");
    public static readonly ProblemType Internal = new("internal-error", 500, "Something went wrong here.");

    /// <summary>The <c>type</c> member: an absolute path, so that it means the same under every address of the app, and leads to a page about it.</summary>
    public string Address => $"/api/problems/{Name}";

    public static IReadOnlyList<ProblemType> All { get; } =
        [.. typeof(ProblemType).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => field.GetValue(null)).OfType<ProblemType>()];

    public static ProblemType? Find(string name) => All.FirstOrDefault(type => type.Name == name);
}
