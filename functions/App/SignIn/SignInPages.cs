using Microsoft.AspNetCore.Http;
using SyncFunctions.App.Connect;

namespace SyncFunctions.App.SignIn;

/// <summary>What a browser is shown that comes back from the issuer and is not signed in.</summary>
internal static class SignInPages
{
    private const string NotSignedIn = "Not signed in";

    /// <summary>One text for whatever is wrong with the answer, so that nobody learns which part it was.</summary>
    public static HtmlPage Unknown => new(
        StatusCodes.Status400BadRequest, NotSignedIn, "This sign-in was not begun in this browser, was finished already, or took too long. Open the dashboard and sign in again.");

    public static HtmlPage InvitationSpent => new(
        StatusCodes.Status410Gone, "This invitation does not work", "It was used already, was taken back, or is too old. Ask whoever sent it for a new one.");

    public static HtmlPage Declined(string issuer) => new(StatusCodes.Status200OK, NotSignedIn, $"{issuer} did not sign you in, or you declined it. Open the dashboard and sign in again.");

    public static HtmlPage NotInvited(string who) => new(
        StatusCodes.Status403Forbidden, "You are not invited yet", $"You are {who}, and nobody has invited you here so far. Ask an administrator of your organisation's account for an invitation link, and open it.");

    public static HtmlPage NotJoined(string why) => new(StatusCodes.Status403Forbidden, "The invitation was not accepted", why);
}
