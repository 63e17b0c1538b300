using Microsoft.AspNetCore.Http;
using SyncFunctions.App.Settings;

namespace SyncFunctions.App.Connect;

/// <summary>The address under which browsers and vendors reach the app: the setting, or what the request came to.</summary>
public sealed class PublicAddress(AppSettings settings)
{
    public Uri Connect(HttpRequest request, string system, string invitation) =>
        new(Base(request), $"api/connect/{Uri.EscapeDataString(system)}?invitation={Uri.EscapeDataString(invitation)}");

    /// <summary>One for each system: an answer that was meant for another cannot be mixed up.</summary>
    public Uri Callback(HttpRequest request, string system) => new(Base(request), $"api/oauth/callback/{Uri.EscapeDataString(system)}");

    /// <summary>Where the issuer by which people sign in sends them back to.</summary>
    public Uri SignInCallback(HttpRequest request) => new(Base(request), "api/session/callback");

    /// <summary>A page of the dashboard; what is behind the '#' is never sent to a server, so that it is in no log.</summary>
    public Uri Page(HttpRequest request, string page) => Page(Base(request), page);

    /// <param name="root">The app's address.</param>
    /// <param name="page">Of the dashboard.</param>
    public static Uri Page(Uri root, string page) => new(root, $"api/app/#{page}");

    /// <summary>Where a vendor's webhooks come to. The hook's id is a secret: never logged.</summary>
    /// <param name="root">The app's address.</param>
    /// <param name="system">The vendor's.</param>
    /// <param name="hook">The random id.</param>
    public static Uri Webhook(Uri root, string system, string hook) => new(root, $"api/webhooks/{Uri.EscapeDataString(system)}/{Uri.EscapeDataString(hook)}");

    /// <summary>The address where there is no request: the setting, or else what was known before, or where Azure has put the app. Null where nobody knows.</summary>
    public Uri? Lasting(Uri? known) => settings.PublicBase ?? known ?? settings.AzureBase;

    public bool IsSecure(HttpRequest request) => Base(request).Scheme == Uri.UriSchemeHttps;

    public Uri Base(HttpRequest request) => settings.PublicBase ?? new Uri($"{request.Scheme}://{request.Host.ToUriComponent()}/");
}
