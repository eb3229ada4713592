import { describe, expect, it } from "vitest";
import { readPerson, readPersons, readSources } from "../src/protocol/person";

describe("persons", () => {
  it("are read with every field", () => {
    const person = readPerson({
      id: 7,
      display_name: "Jürgen Groß",
      company: "Müller",
      department: "Einkauf",
      job_title: "Leiter",
      numbers: [{ kind: "work", raw: "089/1", e164: "+49891", label: "", source: "crm" }],
      addresses: [{ kind: "work", street: "Weg 1", postal_code: "80331", city: "München", source: "crm" }],
      contacts: [{ id: 7, source: "crm", key: "1", changed: "2026-01-01T00:00:00Z" }],
      match: { rank: "exact", field: "family_name" },
      something_new: 1,
    });
    expect(person).toMatchObject({ id: 7, displayName: "Jürgen Groß", jobTitle: "Leiter", emails: [], urls: [] });
    expect(person.addresses[0]).toMatchObject({ postalCode: "80331", region: "" });
    expect(person.match).toEqual({ rank: "exact", field: "family_name" });
  });

  it.each([null, undefined, 7, ""])("say nothing of a change where %j is told", (changed) => {
    const person = readPerson({ contacts: [{ id: 7, source: "crm", key: "1", changed }] });
    expect(person.contacts).toEqual([{ id: 7, source: "crm", key: "1", changed: null }]);
  });

  it.each([null, undefined, 7, "text", [], { numbers: "x", urls: [1, null], match: 3 }])("read %j", (value) => {
    expect(readPerson(value)).toMatchObject({ id: 0, displayName: "", numbers: [], urls: [] });
  });

  it("and sources survive odd lists", () => {
    expect(readPersons("x")).toEqual([]);
    expect(readSources([{ name: "crm", age_s: 5 }, { name: "new", age_s: null }, 3])).toEqual([
      { name: "crm", ageSeconds: 5 },
      { name: "new", ageSeconds: null },
      { name: "", ageSeconds: null },
    ]);
  });
});
