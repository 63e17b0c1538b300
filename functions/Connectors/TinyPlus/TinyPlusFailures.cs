namespace SyncFunctions.Connectors.TinyPlus;

/// <summary>tiny+ shows one error body only, <c>{"message":"Project not found."}</c>; everything else is HTTP's.</summary>
internal static class TinyPlusFailures
{
    /// <summary>What its integration with Total Synergy asks for, in the vendor's words.</summary>
    public const string AdministratorRight = "account admin";

    public static VendorFailure? Judge(VendorCall call, VendorAnswer answer) => StatusFailures.Judge(TinyPlusCatalog.Catalog, call, answer);
}
