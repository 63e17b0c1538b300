using Microsoft.Azure.Functions.Worker.Embedded;

namespace Microsoft.Azure.Functions.Worker.Builder;

public class FunctionsApplication
{
    public static FunctionsApplicationBuilder CreateBuilder(string[] args) => CreateBuilder(args, new EmbeddedHostOptions());

    internal static FunctionsApplicationBuilder CreateBuilder(string[] args, EmbeddedHostOptions options) => new(args, options);
}
