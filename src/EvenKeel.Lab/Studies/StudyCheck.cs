namespace EvenKeel.Lab.Studies;

/// <summary>What must hold in a study beyond the kinds of its members.</summary>
internal static class StudyCheck
{
    private const int NewestFormat = 1;

    /// <summary>The study itself, if it holds together.</summary>
    /// <exception cref="UserException">It does not; the sentence says where.</exception>
    public static StudySpec Checked(StudySpec study, string place)
    {
        if (study.Format != NewestFormat)
            throw new UserException($"{place} has format {study.Format}; this EvenKeel reads format {NewestFormat}.");
        if (study.Schemes.Count == 0)
            throw new UserException($"{place} names no scheme; give at least one in \"schemes\".");
        if (study.Seeds.Count == 0)
            throw new UserException($"{place} names no seed; give at least one in \"seeds\".");

        Unique(study.Schemes.Select(scheme => scheme.Scheme), "scheme", place);
        Unique(study.Variants.Select(variant => variant.Name), "variant", place);
        Unique(study.Profiles.Select(profile => profile.Name), "profile", place);
        Unique(study.Sources.Select(source => source.Key), "source", place);
        foreach (PublishedFigures published in study.Published)
            CheckPublished(study, published, place);

        // Laying every change over the base finds faulty ones before anything is trained.
        foreach (StudyVariant variant in study.Variants)
            SpecChange.Apply(study.Base, variant.Change, $"{place}: variant {variant.Name}: change");
        foreach (StudyProfile profile in study.Profiles)
            SpecChange.Apply(study.Base, profile.Change, $"{place}: profile {profile.Name}: change");
        foreach (StudyScheme scheme in study.Schemes)
            SpecChange.Apply(study.Base, scheme.Change, $"{place}: scheme {scheme.Scheme}: change");
        return study;
    }

    private static void CheckPublished(StudySpec study, PublishedFigures published, string place)
    {
        if (study.Sources.All(source => source.Key != published.Source))
        {
            throw new UserException(
                $"{place}: published figures name the source {published.Source}, which \"sources\" does not have.");
        }

        foreach (string scheme in published.Values.Keys)
        {
            if (study.Schemes.All(known => known.Scheme != scheme))
            {
                throw new UserException(
                    $"{place}: published figures of {published.Source} name the scheme {scheme}, "
                    + "which \"schemes\" does not have.");
            }
        }
    }

    private static void Unique(IEnumerable<string> names, string what, string place)
    {
        string? twice = names.GroupBy(name => name, StringComparer.Ordinal)
            .FirstOrDefault(group => group.Skip(1).Any())?.Key;
        if (twice is not null)
            throw new UserException($"{place} has the {what} {twice} twice.");
    }
}
