using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;

namespace SyncFunctions.App.Connect;

/// <summary>To the vendor, without telling it or any cache where from: the invitation stands in our address.</summary>
public sealed class ConsentRedirect(Uri address) : IActionResult
{
    public Uri Address { get; } = address;

    public Task ExecuteResultAsync(ActionContext context)
    {
        var response = context.HttpContext.Response;
        response.StatusCode = StatusCodes.Status302Found;
        response.Headers.Location = Address.AbsoluteUri;
        response.Headers.CacheControl = "no-store";
        response.Headers["Referrer-Policy"] = "no-referrer";
        return Task.CompletedTask;
    }
}
