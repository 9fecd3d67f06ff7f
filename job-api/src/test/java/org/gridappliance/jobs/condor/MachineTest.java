package org.gridappliance.jobs.condor;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MachineTest {
  @ParameterizedTest
  @CsvSource(
      nullValues = "none",
      delimiterString = "|",
      value = {
        "<10.77.0.1:9618?addrs=10.77.0.1-9618&alias=10-77-0-1.grid.appliance&noUDP> | 10.77.0.1",
        "<[2001:638:809::1]:9618?addrs=[2001-638-809--1]-9618&noUDP&sock=startd_1> | 2001:638:809::1",
        "<130.149.7.201:9618> | 130.149.7.201",
        "<host.example.org:9618> | none",
        "130.149.7.201 | none",
        "'' | none",
      })
  void aMachineIsMetAtTheHostOfItsAddress(String told, String host) {
    var ad = JsonNodeFactory.instance.objectNode().put("Machine", "a.b").put("MyAddress", told);
    assertEquals(host, Machine.of(List.of(ad)).getFirst().address());
    assertEquals(host, Machine.submitting(List.of(ad)).getFirst().address());
  }
}
